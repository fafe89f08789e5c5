"""Money at the desk: payments, receipts, refunds that came back, debts, tills, accounts in doubt."""
