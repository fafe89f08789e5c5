"""Transfers: the gym's payment keys, quotes that hold for two days, and the proofs of payment of members."""
