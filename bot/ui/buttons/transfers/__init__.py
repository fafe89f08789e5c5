"""Buttons of transfers: paying from afar, proofs of payment, payment keys."""
