"""What the association is shown: released documents of the district, and nothing else.

Every number on its pages is in a signed document, or is worked out here from numbers in it. Contributions,
merchants' rows and members' names are out of reach of this package (import rules).
"""
