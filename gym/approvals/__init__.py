"""Approvals: requests of staff and members that another person decides; the first answer counts."""
