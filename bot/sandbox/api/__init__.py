"""The Bot API as the bot calls it: arguments, methods, formatting, limits, faults, webhook delivery."""
