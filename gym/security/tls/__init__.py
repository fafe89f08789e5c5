"""TLS certificates of the gym: the authority and the folder that holds what it issued."""
