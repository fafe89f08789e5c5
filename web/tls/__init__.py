"""TLS listeners, certificate renewal, and what a tablet needs to trust the gym."""
