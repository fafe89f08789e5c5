"""Rewards: what loyalty earns, granted at the visit and redeemed in the renewal's transaction."""
