"""Identifiers: UUIDs that grow with time, so new rows stand together in an index (RFC 9562, v7)."""

from __future__ import annotations

import os
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0
"""Millisecond and 12-bit counter of the last identifier, as one number."""


def new_id() -> UUID:
    """A version-7 UUID: 48 bits of milliseconds, a 12-bit counter, then random bits.

    Those of one process always grow, also within a millisecond (RFC 9562, 6.2, method 1): messages written
    in one transaction leave in the order in which they were written.
    """
    global _last  # noqa: PLW0603 - the one place that knows the last identifier
    with _lock:
        _last = max(_last + 1, (time.time_ns() // 1_000_000) << 12)
        stamp, counter = _last >> 12, _last & 0xFFF
    random = int.from_bytes(os.urandom(8)) >> 2
    return UUID(int=(stamp << 80) | (0x7 << 76) | (counter << 64) | (0b10 << 62) | random)
