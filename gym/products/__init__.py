"""Products: the catalogue with dated prices, stock movements, and sales at the desk."""
