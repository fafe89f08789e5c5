"""The bot, driven through the local Bot API server as people would."""
