"""Telegram's side of the database: the inbox of updates, drafts of forms, what is known of a chat."""
