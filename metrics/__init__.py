"""The one reading door: what a figure means, who may ask, and the answer."""
