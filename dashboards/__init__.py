"""Pages that only ask: ``views`` is one file per page and audience, ``parts`` what they are made of.

Not here: SQL over anything but a viewer's own desk, arithmetic on money, writing except by
``pipeline.counter``.
"""
