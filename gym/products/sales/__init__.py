"""Sales of products: baskets, payment in the ledger, receipts, voids and refunds that return stock once."""
