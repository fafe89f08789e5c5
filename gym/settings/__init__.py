"""The gym's own settings: changed in chat, kept in the database."""
