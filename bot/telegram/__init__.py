"""The connection to Telegram: application, polling, durable inbox, update dispatcher, command menu."""
