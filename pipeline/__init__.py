"""What happens to data, in order: ``intake``, ``build``, ``release``.

``entries`` and ``statement`` beside them; ``steps`` and ``counter`` are its doors.

Not here: arithmetic of a table (``transforms.gold``), rules (``expectations``), words for a terminal
(``cli``) or a page (``dashboards``).
"""
