"""The check-in flow of an API request: from a credential to the stored answer.

1. the face model reads the photos, while the database authenticates the caller and claims the key;
2. the attempt is judged and written, with its notifications and the answer, in one transaction.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from gym.attendance.checkin.credentials import Credential, FaceCredential, PhotoCredential, ShownCredential
from gym.attendance.checkin.schemas import Verdict
from gym.attendance.checkin.service import AttendanceService
from gym.core.clock import WallClock
from gym.core.errors import GymError
from gym.faces.gallery.memory_gallery import MemoryGallery
from gym.hot_path.hot_path import HotPath
from gym.hot_path.request_authentication import AuthenticatedRequest, RequestAuthentication
from gym.kiosks.callers import Caller, caller_from, caller_of, is_seen_anew
from gym.kiosks.models import Kiosk
from gym.security.cipher import Keyring
from gym.security.idempotency import AnswerProtection, Claim, Idempotency, StoredAnswer
from gym.security.permissions import Actor
from gym.security.tokens import Claims, Scope
from gym.settings.schemas import GymSettings
from gym.unit_of_work import SessionNeeded, UnitOfWork

if TYPE_CHECKING:
    from gym.attendance.checkin.flow.photo_reading import PhotoReader
    from gym.faces.engine.reader import Face

Render = Callable[[Verdict, GymSettings], StoredAnswer]
"""Makes the answer that is kept under the request's key."""


@dataclass(frozen=True, slots=True)
class CheckInRequest:
    """What a kiosk or a member of staff asks."""

    claims: Claims
    credential: ShownCredential
    at: datetime | None
    """Capture time of a kiosk that was offline."""
    key: str | None
    """The idempotency key; without one nothing is claimed and no answer is kept."""
    body_hash: Callable[[], Awaitable[bytes]]
    """Of everything that was asked, called only with a key: the same key with another hash is refused."""


@dataclass(frozen=True, slots=True)
class JudgedCheckIn:
    """An attempt that was judged and committed, for whatever follows the answer."""

    kiosk: Kiosk | None
    verdict: Verdict
    now: datetime
    faces: tuple[Face, ...] = ()
    """What the gym wants to learn of, if anything."""


@dataclass(frozen=True, slots=True)
class CheckInReply:
    """`judged` is None when the key has had this answer before."""

    answer: StoredAnswer
    judged: JudgedCheckIn | None = None


@dataclass(frozen=True, slots=True)
class _Attempt:
    """Everything that goes into the transaction of an answer."""

    request: CheckInRequest
    caller: Caller
    authenticated: AuthenticatedRequest
    credential: Credential
    render: Render

    @property
    def claim(self) -> Claim | None:
        return self.authenticated.request.claim


Judged = tuple[StoredAnswer, JudgedCheckIn]
Run = Callable[[Actor, Callable[[UnitOfWork], Awaitable[Judged]]], Awaitable[Judged]]
"""An ordinary transaction, repeated after a deadlock (`Gym.run`)."""


class CheckInFlow:
    """Opened with the gym; `photos` is None in a process without the face reader."""

    def __init__(
        self,
        hot_path: HotPath,
        run: Run,
        photos: PhotoReader | None,
        gallery: MemoryGallery | None,
        clock: WallClock,
        keyring: Keyring,
    ) -> None:
        self._hot_path = hot_path
        self._run = run
        self._photos = photos
        self._gallery = gallery
        self._clock = clock
        self._discretion = AnswerProtection(keyring)

    async def reply(self, request: CheckInRequest, render: Render) -> CheckInReply:
        """One verdict, kept and told; the same answer again for the same key.

        Raises the faults of the credential, `InvalidToken`, `KeyReused`, `InFlight`, `DatabaseUnavailable`.
        """
        async with _begun(self._read(request)) as reading:
            authenticated = await self._hot_path.authenticate(await self._authentication(request))
            caller = caller_from(authenticated.holder, request.claims)
            if authenticated.first is not None:
                return CheckInReply(self._discretion.unseal(authenticated.first, request.key or ""))
            try:
                await self._note_seen(caller, authenticated.request.wall)
                attempt = _Attempt(request, caller, authenticated, await reading, render)
                return CheckInReply(*await self._judge(attempt))
            except GymError:
                if (claim := authenticated.request.claim) is not None:
                    await self._hot_path.release(claim)
                raise

    async def _read(self, request: CheckInRequest) -> Credential:
        credential = request.credential
        if isinstance(credential, PhotoCredential):
            assert self._photos is not None, "this process was opened without the face reader"
            return await self._photos.read(credential, by_kiosk=request.claims.scope is Scope.KIOSK)
        return credential

    async def _authentication(self, request: CheckInRequest) -> RequestAuthentication:
        digest = b"" if request.key is None else await request.body_hash()
        hashes = self._discretion.hashes(digest) if digest else (digest,)
        claims = request.claims
        return RequestAuthentication(
            claims.subject,
            claims.scope is Scope.KIOSK,
            claims.generation,
            claims.family,
            self._clock.now(),
            request.key,
            hashes[0],
            hashes[1:],
        )

    async def _note_seen(self, caller: Caller, wall: datetime) -> None:
        if caller.kiosk is not None and is_seen_anew(caller.kiosk, wall):
            await self._hot_path.note_seen(caller.kiosk.id, wall)

    async def _judge(self, attempt: _Attempt) -> Judged:
        """On the hot path; what it cannot do, such as granting a reward, in an ordinary transaction."""
        try:
            async with self._hot_path.unit_of_work(attempt.caller.actor, attempt.authenticated) as uow:
                return await self._write(attempt, uow)
        except SessionNeeded:
            return await self._run(Actor.system(), partial(self._write_in_session, attempt))

    async def _write_in_session(self, attempt: _Attempt, uow: UnitOfWork) -> Judged:
        """The caller and the claim are looked at anew. Raises `InvalidToken` and `InFlight`."""
        caller = await caller_of(uow, attempt.request.claims)
        if attempt.claim is not None:
            await Idempotency(uow.statements, attempt.claim).hold()
        return await self._write(attempt, uow.acting_as(caller.actor))

    async def _write(self, attempt: _Attempt, uow: UnitOfWork) -> Judged:
        """The verdict, and its answer kept beside it."""
        caller, credential = attempt.caller, attempt.credential
        service = AttendanceService(uow, self._gallery)
        verdict = await service.check_in(credential, at=attempt.request.at, kiosk_id=caller.kiosk_id)
        answer = attempt.render(verdict, uow.settings)
        if attempt.claim is not None:
            kept = self._discretion.seal(answer, attempt.claim.key)
            await Idempotency(uow.statements, attempt.claim).keep(kept)
        faces = credential.faces if isinstance(credential, FaceCredential) else ()
        faces = faces if uow.settings.adaptive_faces else ()
        return answer, JudgedCheckIn(caller.kiosk, verdict, uow.now, faces)


@asynccontextmanager
async def _begun(
    work: Coroutine[None, None, Credential],
) -> AsyncGenerator[asyncio.Task[Credential]]:
    """Work that runs beside the block and does not outlive it."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
