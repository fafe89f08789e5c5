"""Readers of what people type: one for amounts, percentages, days, durations and counts. Pure."""
