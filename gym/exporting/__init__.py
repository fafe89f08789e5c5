"""Export of the whole gym as one ZIP of CSV and JSON, and reading it back into an empty gym."""
