"""The one reading door: what a figure means (``model``), who may ask and how it is answered (``query``),
figures put together for a purpose (``reports``).

Not here: writing; formatting for a page or a terminal.
"""
