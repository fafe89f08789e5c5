"""A state machine that drives the gym's services against a plain-Python book of its own."""
