"""Chats: the inbox of updates, drafts of forms, desk chats, dead letters and readers' preferences."""
