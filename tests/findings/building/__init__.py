"""What the gym is installed from: its locks, its wheel and what is said of them."""
