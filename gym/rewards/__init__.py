"""Rewards: discounts granted for visits and referrals, redeemed in the renewal's transaction."""
