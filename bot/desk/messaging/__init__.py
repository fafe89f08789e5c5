"""Messaging for admins: broadcasts, desk chats, undelivered messages, unhandled updates."""
