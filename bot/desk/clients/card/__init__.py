"""The card of a client: its text, its buttons, and the client's language."""
