"""State of the local Bot API server: people, chats, messages, files, updates, in one SQLite file."""
