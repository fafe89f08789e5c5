"""Conversations: what members write to the gym outside of every form, and what the desk answers."""
