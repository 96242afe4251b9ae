"""How single changes of the core are drawn, and which tests are likeliest to notice one.

Not here: running them: ``bench.mutants``.
"""
