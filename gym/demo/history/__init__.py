"""The made-up history: members, plans, staff and what they do on which day. Pure, the same for each seed."""
