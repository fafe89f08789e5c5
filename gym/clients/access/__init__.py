"""Access of a client: the chat that is linked, the printed card, and a block at the door."""
