"""One folder per audience, named as the account's role; one file per page, which is in that audience's menu by being there."""
