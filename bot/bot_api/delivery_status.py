"""Delivery status: whether Telegram has what was sent to it, judged by one exchange on the wire.

The Bot API has no idempotency key, so a message that is sent again is shown again. What is certain:

* nothing, or only a part of the request, was written; or Telegram said no  → not sent, may be sent again
* Telegram said 2xx, however unreadable the rest is                         → sent, never again
* the request was written and nothing (or only a gateway) answered          → unknown; the caller decides
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import TypeVar

from telegram.error import NetworkError, RetryAfter, TelegramError, TimedOut

from bot.bot_api.transport import SAID_NO, Exchange, watch_exchange

Answer = TypeVar("Answer")
NUMBER = re.compile(rb'"message_id"\s*:\s*(\d{1,18})\b')
REFUSED_BY_GATEWAY = frozenset({500, 502, 503})
"""A proxy's page for a call that did not get through: connection refused, none free. Any other 5xx page, 504
first of all, comes after the call was handed on."""
TOO_MANY = 429
SERVER_FAULT = 500
PATIENCE_SECONDS = 5
"""Seconds of a 429 that does not say how long."""


class DeliveryStatus(StrEnum):
    """What is known of one call."""

    NOT_SENT = "not_sent"
    SENT = "sent"
    UNKNOWN = "unknown"


class Unreadable(TelegramError):
    """Telegram took the call and its answer cannot be read; `message_id` where that much could be."""

    def __init__(self, message_id: int | None = None) -> None:
        super().__init__("taken, with an unreadable answer")
        self.message_id = message_id


class Unanswered(NetworkError):
    """The call was written and no answer came; `timed_out` when it was waited for in full."""

    def __init__(self, *, timed_out: bool = False) -> None:
        super().__init__("no answer")
        self.timed_out = timed_out


class ServerFault(NetworkError):
    """Telegram answers with a 5xx: the line works and the method does not."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)


def delivery_status(exchange: Exchange) -> DeliveryStatus:
    """The status of a call that raised."""
    status = exchange.status
    if status is None:
        return DeliveryStatus.UNKNOWN if exchange.is_written else DeliveryStatus.NOT_SENT
    if SAID_NO.match(exchange.answer):
        return DeliveryStatus.NOT_SENT
    if 200 <= status < 300:
        return DeliveryStatus.SENT
    if status < 500 or status in REFUSED_BY_GATEWAY:
        return DeliveryStatus.NOT_SENT
    return DeliveryStatus.UNKNOWN


async def acknowledged(call: Callable[[], Awaitable[Answer]], written: asyncio.Event | None = None) -> Answer:
    """Call once. `written` is set when the request is on its way.

    Raises `Unreadable` when Telegram has it all the same, `Unanswered` when nobody knows, and what the
    library raised when it was surely not sent (a 429 always as `RetryAfter`, a 5xx as `ServerFault`).
    """
    with watch_exchange(written) as exchange:
        try:
            return await call()
        except Exception as error:
            # Any exception: the library raises an undocumented set over an answer of another shape.
            match delivery_status(exchange):
                case DeliveryStatus.SENT:
                    raise Unreadable(_message_id(exchange.answer)) from error
                case DeliveryStatus.UNKNOWN:
                    raise Unanswered(timed_out=isinstance(error, TimedOut)) from error
                case DeliveryStatus.NOT_SENT:
                    if exchange.status == TOO_MANY and not isinstance(error, RetryAfter):
                        raise RetryAfter(_seconds(exchange.answer)) from error
                    if exchange.status is not None and exchange.status >= SERVER_FAULT:
                        raise ServerFault(str(error)) from error
                    raise


def _message_id(answer: bytes) -> int | None:
    """The id of the new message: the first number so named, for it stands before that of the message replied
    to."""
    found = NUMBER.search(answer)
    return int(found[1]) if found else None


def _seconds(answer: bytes) -> int:
    """The seconds of a 429 without parameters, from its sentence."""
    found = re.search(rb"retry after (\d{1,5})", answer)
    return int(found[1]) if found else PATIENCE_SECONDS
