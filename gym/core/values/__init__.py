"""Types of the environment's values: each is parsed once, at the start, and refused with a reason."""
