"""``python -m cli``: the same as ``baiyun``."""

from cli import main

main()
