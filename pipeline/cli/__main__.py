"""``python -m pipeline.cli``: the same as ``baiyun``."""

from pipeline.cli import main

main()
