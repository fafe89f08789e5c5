"""Memberships at the desk: sales, renewals, plan changes, cancellations, freezes, closings."""
