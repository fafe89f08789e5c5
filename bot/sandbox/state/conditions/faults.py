"""Ordered faults: the next calls of a method fail in a chosen way."""

from __future__ import annotations

from dataclasses import dataclass

EVERY_METHOD = "*"
STATUS_TEXTS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    409: "Conflict",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


@dataclass(slots=True)
class OrderedFault:
    """One order. `status` 0 drops the connection, `garbage` answers what is no JSON, `delay` is in seconds.

    With `afterwards` the call is carried out and only its answer is lost. `body` replaces the answer; with a
    status below 300 the call is carried out too.
    """

    method: str
    status: int
    times: int = 1
    retry_after: int | None = None
    description: str | None = None
    garbage: bool = False
    delay: float = 0.0
    afterwards: bool = False
    chat_id: int | None = None
    body: str | None = None

    @property
    def is_carried_out(self) -> bool:
        return self.afterwards or 200 <= self.status < 300

    def hits(self, method: str, chat_id: str) -> bool:
        named = self.method in (EVERY_METHOD, method)
        return self.times > 0 and named and self.chat_id in (None, _number(chat_id))

    @property
    def text(self) -> str:
        if self.description:
            return self.description
        text = STATUS_TEXTS.get(self.status, "Error")
        return f"{text}: retry after {self.retry_after}" if self.retry_after is not None else text


def _number(text: str) -> int | None:
    return int(text) if text.lstrip("-").isdecimal() else None


class Faults:
    """Orders, in the sequence they were given; in memory only."""

    def __init__(self) -> None:
        self._orders: list[OrderedFault] = []

    def order(self, fault: OrderedFault) -> None:
        self._orders.append(fault)

    def cancel(self) -> None:
        self._orders.clear()

    def take(self, method: str, chat_id: str) -> OrderedFault | None:
        """The fault for this call; one use of its order is taken."""
        fault = next((order for order in self._orders if order.hits(method, chat_id)), None)
        if fault is not None:
            fault.times -= 1
            self._orders = [order for order in self._orders if order.times > 0]
        return fault
