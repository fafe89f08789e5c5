"""Wording of memberships: plans, their states, freezes, rewards and refused sales."""
