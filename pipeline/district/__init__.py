"""Releases of the district's figures: which month, under which policy, signed and kept for good.

What may be shown is decided in ``district``; here are the settings, the key and the folder.
"""
