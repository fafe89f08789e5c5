"""Pictures of faces in chats: every message that shows one is noted, and deleted when its time is over."""
