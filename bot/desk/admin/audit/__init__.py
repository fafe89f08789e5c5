"""The audit in chat: its buttons, its words, its screens."""
