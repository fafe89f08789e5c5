"""Door facts: the input of a verdict, and the statements that read it and write the attempt."""
