"""Privacy for admins: who waits to be erased, and who agreed to face check-in."""
