"""How the terminal shows the larger answers: changes, a mapping, a match, open items, a passport.

Not here: asking for them; that is the command's.
"""
