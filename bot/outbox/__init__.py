"""The outbox: its worker, deliveries and their outcomes, rate limits, and the runner of broadcasts."""
