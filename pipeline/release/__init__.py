"""A build judged, published or held, compared with the one before, and verified.

Not here: rules themselves stand in ``expectations``; figures are asked of ``metrics``.
"""
