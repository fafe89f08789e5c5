"""`python -m gym audit`: verification of the hash chain over the audit trail."""
