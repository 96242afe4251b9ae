"""The one way to a figure: who asks, which mart answers, which shops cover it, and what it is made of.

Not here: no metric's own definition (``metrics.model``), no finished report (``metrics.reports``).
"""
