"""The audit trail: its hash chain, its search, its spreadsheet."""
