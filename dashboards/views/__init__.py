"""One folder per audience, named as the account's role.

One file per page, which is in that audience's menu by being there.
"""
