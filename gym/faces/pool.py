"""Thread pool that reads photos beside the event loop, with a bounded queue and admission control."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final, ParamSpec, TypeVar

from gym.core.errors import Busy
from gym.faces.engine.reader import FaceReader, PhotoReading, Purpose
from gym.faces.liveness.passive import OPEN, LivenessGate

QUEUE_PER_WORKER: Final = 16
"""Where a core reads some twenty photos a second, the last in the queue waits about a second: a door that is
sent away would come back no sooner."""
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class FacePool:
    """Reads photos in threads (ONNX Runtime releases the GIL); refuses what it could not serve soon."""

    def __init__(
        self, reader: FaceReader, workers: int, queue: int | None = None, gate: LivenessGate = OPEN
    ) -> None:
        self.reader = reader
        self.gate = gate
        self.places = workers + (queue if queue is not None else workers * QUEUE_PER_WORKER)
        self.taken = 0
        """Readings that run or wait."""
        self.admitted = 0
        """Whoever has been let in with photos and waits for an answer."""
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="faces")

    @property
    def model_id(self) -> str:
        return self.reader.model_id

    async def read(self, photo: bytes, purpose: Purpose) -> PhotoReading:
        """Read a photo. Raises its faults, and `Busy` when every place is taken."""
        return await self.run(self.reader.read, photo, purpose)

    async def live(self, readings: Sequence[PhotoReading]) -> bool:
        """Whether liveness believes these frames of one moment. Raises `FaceCutOff` and `Busy`."""
        return self.gate.model is None or await self.run(self.gate.passes, readings)

    async def run(
        self, work: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Result:
        """Any other blocking work on pictures, in the same threads and under the same limit."""
        if self.taken >= self.places:
            raise Busy
        self.taken += 1
        try:
            future = self._threads.submit(work, *args, **kwargs)
        except RuntimeError as closed:
            self.taken -= 1
            raise Busy from closed
        loop = asyncio.get_running_loop()
        # Counted until the thread is done, even when nobody waits for it any more.
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._leave))
        return await asyncio.wrap_future(future)

    def require_place(self) -> None:
        """Before anything is done for a photo that would wait too long. Raises `Busy`."""
        if max(self.taken, self.admitted) >= self.places:
            raise Busy

    @contextmanager
    def admit(self) -> Generator[None]:
        """A place until the answer: who gets none knows at once, not after others have done half their way.

        Raises `Busy`.
        """
        self.require_place()
        self.admitted += 1
        try:
            yield
        finally:
            self.admitted -= 1

    def close(self) -> None:
        """Let what runs finish."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _leave(self) -> None:
        self.taken -= 1
