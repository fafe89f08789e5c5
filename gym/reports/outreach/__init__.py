"""Outreach: members whom staff wrote to or called because they stayed away, and who came back."""
