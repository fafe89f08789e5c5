"""Loading of the face models in a thread, beside the imports of the rest of the program."""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from gym.core.config import Config
from gym.security.keys.secrets import secrets_of

if TYPE_CHECKING:
    from gym.faces.pool import FacePool

Loading = Future["FacePool"]


def begin_loading(config: Config) -> Loading:
    """Most of a second in which others can work; the result may raise `ConfigError`, one line.

    Raises `ConfigError` at once for keys that are wrong: nobody should wait for a download to hear of them.
    """
    secrets_of(config)
    # Here, because importing the models' libraries takes a second that short commands need not spend; and not
    # in the thread, which so imports nothing of the gym's that its caller may be at.
    from gym.faces.engine.engines import open_configured
    from gym.faces.liveness.passive import open_gate
    from gym.faces.pool import FacePool

    def load() -> FacePool:
        gate = open_gate(config)
        # One more than the cores: while one waits for the interpreter's lock, another computes.
        reader, workers = open_configured(config), config.face_workers or (os.cpu_count() or 1) + 1
        reader.warm(workers)
        return FacePool(reader, workers, gate=gate)

    thread = ThreadPoolExecutor(1, thread_name_prefix="loading")
    try:
        return thread.submit(load)
    finally:
        thread.shutdown(wait=False)
