"""The member's own chat."""
