"""Debts: what clients owe for plans and for products on account, by age; reminders, joint payments."""
