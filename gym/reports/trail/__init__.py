"""The audit trail for people: search, words, spreadsheet."""
