"""Reading photos, judging them, and keeping what was read a secret."""
