"""The check-in flow without any HTTP: a credential in, the stored answer out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from gym.app import Gym
from gym.attendance.checkin.credentials import DocumentCredential, QrCredential
from gym.attendance.checkin.flow.request_flow import CheckInReply, CheckInRequest
from gym.attendance.checkin.schemas import Verdict
from gym.security.idempotency import KeyReused, StoredAnswer
from gym.security.signed_links import QrInvalid
from gym.security.tokens import TokenIssuer, TokenType
from gym.settings.schemas import GymSettings
from gym.subscriptions.models import Subscription
from tests.attendance.conftest import Door
from tests.support.tokens import HOUR, token_of

Ask = Callable[..., Awaitable[CheckInReply]]
ROSA = DocumentCredential("1020304050", "4567")


def render(verdict: Verdict, _: GymSettings) -> StoredAnswer:
    return StoredAnswer(201, f"{verdict.code}:{verdict.visit_number}".encode())


@pytest.fixture
async def ask(gym: Gym, kiosk: Door) -> Ask:
    """The kiosk's own request."""
    token = await token_of(gym, kiosk.actor)
    claims = TokenIssuer(gym.secrets.jwt, HOUR, HOUR).read(token, TokenType.ACCESS, gym.clock.now())

    async def reply(
        credential: DocumentCredential | QrCredential, key: str | None, body: bytes = b"body"
    ) -> CheckInReply:
        async def body_hash() -> bytes:
            return body

        return await gym.check_in_flow.reply(CheckInRequest(claims, credential, None, key, body_hash), render)

    return reply


async def test_the_same_key_has_the_same_answer_and_no_second_attempt(
    ask: Ask, kiosk: Door, paid: Subscription
) -> None:
    first, again = await ask(ROSA, "visit-1"), await ask(ROSA, "visit-1")
    assert first.answer == again.answer == StoredAnswer(201, b"admitted:1")
    assert first.judged is not None
    assert (first.judged.verdict.code, again.judged) == ("admitted", None)
    assert len(await kiosk.attempts()) == 1


async def test_the_same_key_for_something_else_is_refused(ask: Ask, paid: Subscription) -> None:
    await ask(ROSA, "visit-1")
    with pytest.raises(KeyReused):
        await ask(ROSA, "visit-1", b"another body")


async def test_a_credential_that_was_refused_leaves_its_key_free(
    ask: Ask, kiosk: Door, paid: Subscription
) -> None:
    with pytest.raises(QrInvalid):
        await ask(QrCredential("qAAAA"), "visit-1")
    assert (await ask(ROSA, "visit-1")).answer.body == b"admitted:1"
    assert len(await kiosk.attempts()) == 1


async def test_without_a_key_each_request_is_an_attempt(ask: Ask, kiosk: Door, paid: Subscription) -> None:
    answers = [(await ask(ROSA, None)).answer.body for _ in range(2)]
    assert answers == [b"admitted:1", b"already_inside:1"]
    assert [row.kiosk_id for row in await kiosk.attempts()] == [kiosk.actor.id] * 2
