"""The Telegram application: the desk's and the members' way into the gym."""
