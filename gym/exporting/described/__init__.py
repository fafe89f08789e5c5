"""A sentence for every table and column of an export, by subject."""
