"""Released figures in sentences, each in Chinese and in English: the same words on a page and on paper.

Not here: anything drawn, and any figure that no released document holds.
"""
