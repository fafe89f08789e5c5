"""Money at the desk, beyond taking it: what came back, what is written off, what needs a look."""
