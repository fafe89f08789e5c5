"""A client's card on the desk's screen, and the printed QR cards."""
