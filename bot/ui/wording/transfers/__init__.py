"""Wordings of transfers: proofs of payment, as rows and as the payloads of messages."""
