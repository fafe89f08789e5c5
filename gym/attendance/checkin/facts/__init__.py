"""Door facts: what a verdict stands on, and the statements that read and write it."""
