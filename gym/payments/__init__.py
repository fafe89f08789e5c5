"""Payments: the append-only ledger. Knows accounts, entries and receipts; nothing of periods."""
