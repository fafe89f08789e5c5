"""A local Bot API server with a chat page, for the demo and for the tests."""
