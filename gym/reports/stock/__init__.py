"""Report of stock: what is there, what it cost, what was sold of it and by whom."""
