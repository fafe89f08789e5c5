"""Messages about proofs of payment."""

from bot.messages.transfers import proofs

__all__ = ["proofs"]
