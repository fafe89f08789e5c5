"""Identifiers: UUIDs that grow with time, so new rows stand together in an index (RFC 9562, v7)."""

from __future__ import annotations

import os
import time
from uuid import UUID


def new_id() -> UUID:
    """A version-7 UUID: 48 bits of milliseconds, then random bits."""
    stamp = time.time_ns() // 1_000_000
    value = (stamp << 80) | int.from_bytes(os.urandom(10))
    value = (value & ~(0xF000 << 64)) | (0x7000 << 64)
    value = (value & ~(0xC000 << 48)) | (0x8000 << 48)
    return UUID(int=value)
