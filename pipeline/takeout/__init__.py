"""What a merchant takes along: a signed statement with the files it rests on, and everything that is theirs.

Not here: tables of a page (``metrics.reports.sheets``), and anything of more than one merchant.
"""
