"""Proofs of payment in the machine: their model, their services, their rules and the checks."""
