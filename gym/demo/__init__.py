"""A made-up gym with years of history, for trying things out; only in a sandbox's empty database."""
