"""How data come in: landed, recognised, read, judged file by file, with a receipt.

Not here: what they mean belongs to transforms; what is built of them, to ``pipeline.build``.
"""
