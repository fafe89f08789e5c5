"""Notifications as messages: one small function a kind, in the reader's language, rendered when it leaves."""

from bot.messages import client, desk
from bot.messages.register import BUTTONS, RENDERERS, Message, render

__all__ = ["BUTTONS", "RENDERERS", "Message", "client", "desk", "render"]
