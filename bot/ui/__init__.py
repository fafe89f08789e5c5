"""The user interface: update context, identity, routing, callbacks, keyboards, screens, sending."""
