"""A local Bot API server: Telegram's other side, for the demo and for the tests."""
