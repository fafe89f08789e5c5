"""Products of the machine: the book's stock, sales and tills, the rules that draw them, and their check."""
