"""Faults of conversations between members and the desk."""

from __future__ import annotations

from gym.core.errors import Conflict, Invalid, NotFound
from gym.core.language import N_


class ConversationNotFound(NotFound):
    code = "conversation_not_found"
    message = N_("Those messages are not here any more: they are kept for 90 days.")


class ConversationMessageNotFound(NotFound):
    code = "conversation_message_not_found"
    message = N_("That message is not here any more. Open the messages again.")


class AnswerInvalid(Invalid):
    """Without words, or with more than one message of Telegram holds."""

    code = "answer_invalid"
    message = N_("Write between 1 and {most} letters.")


class WrittenMeanwhile(Conflict):
    """The member has written again since the screen was shown: nothing is closed unread."""

    code = "written_meanwhile"
    message = N_("{client} has written again meanwhile. Read that first.")
