"""The user interface: update context, identity, callbacks, keyboards, screens, sending, wording."""
