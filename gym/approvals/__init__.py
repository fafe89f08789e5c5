"""Approvals: what somebody asks and somebody else decides; the first answer wins."""
