"""HTTP below the handlers: connections, authentication, limits, bodies and errors."""
