"""Reports of memberships: coming and going, renewals, plans, monthly revenue, cohorts."""
