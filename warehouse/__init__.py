"""Where data are kept: the lake and its snapshots, landing, releases, accounts, keys, settings.

Not here: what a column means, and any rule of the trade.
"""
