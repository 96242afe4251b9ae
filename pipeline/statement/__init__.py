"""The verifiable statement: what a merchant kept, shop by shop, signed so that a bank or a supply-chain
lender can check it without asking us.
"""
