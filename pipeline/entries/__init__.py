"""Hand-entered lists: what each is (``lists``, one file per list) and the one engine behind them all.

No list's own rule or word belongs in the engine.
"""
