"""Conditions that tests and scripts set: the clock, ordered faults and flood limits."""
