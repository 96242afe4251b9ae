"""One sealed folder per platform, and what they share: ``files`` (bytes to typed cells), ``mapping`` (tables
nobody knows), one HTTP client.

Not here: what figures mean (``transforms``), where data are kept (``warehouse``), one platform's words in
shared code.
"""
