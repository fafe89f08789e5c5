"""Explanations in words, the same for staff and members: they hold nothing that a member may not read."""
