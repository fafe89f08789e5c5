"""The outbox: the worker that sends notifications, delivery, rate limits, broadcasts."""
