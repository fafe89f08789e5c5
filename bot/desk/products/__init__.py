"""Products at the desk: the catalogue, stock, and sales."""
