"""The month's briefing as files: one page, in both languages, as HTML, PDF and Word, from signed releases
alone.

What it says is worded in ``metrics.reports.association``; here it is laid out, kept and handed out.
"""
