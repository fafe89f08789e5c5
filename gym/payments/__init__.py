"""Payments: the append-only ledger of accounts, entries and receipts. Imports nothing of subscriptions."""
