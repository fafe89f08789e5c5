"""Pictures in chats: those that come in, and the register of those that are due for deletion."""
