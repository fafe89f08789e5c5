"""The Telegram application: chats of the desk and of members."""
