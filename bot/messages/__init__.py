"""Notifications as messages: one function for each kind, worded in the reader's language when it is sent.

Modules are divided by what happened; `client` and `desk` hold the rest, by reader, and `jobs` what is told of
operation.
"""

from bot.messages import (
    approvals,
    backups,
    candidates,
    client,
    conversations,
    desk,
    freezes,
    jobs,
    membership,
    money,
    occasions,
    rewards,
    transfers,
)
from bot.messages.register import (
    BUTTONS,
    RENDERERS,
    Message,
    WordingContext,
    check_wordings,
    render,
    word,
    word_stored,
)

__all__ = [
    "BUTTONS",
    "RENDERERS",
    "Message",
    "approvals",
    "backups",
    "candidates",
    "client",
    "conversations",
    "desk",
    "freezes",
    "jobs",
    "membership",
    "money",
    "occasions",
    "WordingContext",
    "check_wordings",
    "render",
    "word",
    "word_stored",
    "rewards",
    "transfers",
]

check_wordings()
