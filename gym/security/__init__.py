"""Security: who may do what, secrets, encryption, passwords, tokens and signed links. No database."""
