"""Garbage collection paused while a program starts, and its survivors frozen."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def paused() -> Generator[None]:
    """No collections inside; what is there at the end is never walked again.

    A start makes two thousand modules' worth of objects that all stay: looking through them again and again
    is a sixth of its time, and every full collection later would stop the event loop for it.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
