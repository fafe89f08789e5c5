"""Check-in: from a credential to a verdict, written with all its effects in one transaction."""
