"""Transfers at the desk: proofs of payment reviewed and answered, and the gym's payment keys."""
