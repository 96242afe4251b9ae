"""What paid orders will have kept when their refunds have all come (M07): chain ladder on kept value by age,
with credibility and an 80 % interval.
"""
