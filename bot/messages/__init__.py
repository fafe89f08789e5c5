"""Notifications as messages: one small function a kind, in the reader's language, rendered when it leaves."""

from bot.messages import (
    approvals,
    candidates,
    client,
    desk,
    freezes,
    jobs,
    membership,
    money,
    occasions,
    rewards,
)
from bot.messages.register import BUTTONS, RENDERERS, Message, render

__all__ = [
    "BUTTONS",
    "RENDERERS",
    "Message",
    "approvals",
    "candidates",
    "client",
    "desk",
    "freezes",
    "jobs",
    "membership",
    "money",
    "occasions",
    "render",
    "rewards",
]
