"""The words of the house: fields, code lists, canonical tables, errors. Imports nothing of ours."""
