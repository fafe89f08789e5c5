"""Money of subscriptions: payments, joint payments, debts, write-offs, overpaid refunds."""
