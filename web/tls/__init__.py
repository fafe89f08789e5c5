"""TLS: listeners, renewal of the gym's own certificate, and what tablets need to trust it."""
