"""Reports: what the gym's rows say together."""
