"""The fields of a client: the table, its rows, its readers."""
