"""The district: figures of many merchants together, from which no member can be inferred.

It reads contributions (owner × month × cut, in fen and pieces) and nothing else, so it does not matter where
a merchant's own rows are stored. Pure: frames in, documents out.

Not here: a merchant's orders, buyers or shops; files, databases, pages; the key that signs a release
(``pipeline``). The auditor (``audit``) shares no code with what it audits, only the declarations in
``policy`` and ``cubes``.
"""
