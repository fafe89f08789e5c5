"""`python -m gym audit`: the audit trail verified, listed, and as a spreadsheet."""
