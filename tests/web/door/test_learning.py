"""Automatic templates, made after the answer of a check-in."""

from __future__ import annotations

from collections import Counter

import pytest
import structlog
from sqlalchemy import select

from gym.faces.liveness.passive import LivenessGate, LivenessMode
from gym.faces.models import FaceTemplate, TemplateOrigin
from gym.security.permissions import Actor
from gym.staff.service import StaffService
from tests.support.door import Door
from tests.support.people import people, stranger
from web.api.background.template_learning import LEARNER


@pytest.fixture
async def known(door: Door) -> Door:
    """A door that may learn, and Rosa, whom it knows."""
    async with door.gym.unit_of_work(door.admin) as uow:
        await StaffService(uow).change_settings({"adaptive_faces": True})
    await door.enrol((await door.member("Rosa")).id, people()[0])
    return door


async def learnt(door: Door) -> int:
    app = door.client.server.app  # type: ignore[union-attr]
    await app[LEARNER].settled()
    async with door.gym.unit_of_work(Actor.system()) as uow:
        origins = Counter(await uow.session.scalars(select(FaceTemplate.origin)))
    assert origins[TemplateOrigin.ENROLMENT] == 2
    return origins[TemplateOrigin.AUTOMATIC]


async def test_whoever_is_let_in_by_face_is_learnt_once(known: Door) -> None:
    assert (await (await known.show(people()[0].photo(3))).json())["code"] == "admitted"
    assert await learnt(known) == 1
    assert (await (await known.show(people()[0].photo(4))).json())["code"] == "reentry"
    assert await learnt(known) == 1


async def test_whoever_is_not_let_in_or_shows_a_document_is_not_learnt(known: Door) -> None:
    assert (await (await known.show(stranger())).json())["outcome"] == "denied"
    answer = await known.say(document_number="1020304050", phone_last4="4567")
    assert (await answer.json())["code"] == "admitted"
    assert await learnt(known) == 0


async def test_where_liveness_only_observes_nobody_is_sure_enough(known: Door) -> None:
    known.gym.faces.gate = LivenessGate(LivenessMode.OBSERVE)
    try:
        assert (await (await known.show(people()[0].photo(3))).json())["code"] == "admitted"
        assert await learnt(known) == 0
    finally:
        known.gym.faces.gate = LivenessGate()


async def test_a_fault_nobody_expected_is_logged_and_ends_nothing(
    known: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        def __init__(self, _: object) -> None: ...

        async def learn(self, *_: object) -> bool:
            raise LookupError("unexpected")

    monkeypatch.setattr("web.api.background.template_learning.FaceAdaptation", Broken)
    app = known.client.server.app  # type: ignore[union-attr]
    with structlog.testing.capture_logs() as logs:
        assert (await (await known.show(people()[0].photo(3))).json())["code"] == "admitted"
        await app[LEARNER].settled()
        assert await learnt(known) == 0
    assert [one["task"] for one in logs if one["event"] == "task_failed"] == ["learning"]
