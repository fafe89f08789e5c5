"""Referrers: somebody registered, never the client in person, never in a circle."""

from __future__ import annotations

import pytest

from gym.clients.errors import ReferralCircle, ReferrerUnknown, SelfReferral
from gym.core.database.ids import new_id
from tests.support.front_desk import Desk


async def test_a_client_is_registered_with_the_member_who_brought_them(desk: Desk) -> None:
    rosa = await desk.registers("Rosa")
    mateo = await desk.registers("Mateo", referred_by=rosa.id)
    assert mateo.referred_by == rosa.id
    assert (await desk.does("referrer", mateo)).full_name == rosa.full_name
    assert await desk.does("referrer", rosa) is None


async def test_it_is_changed_and_emptied_and_in_the_trail(desk: Desk) -> None:
    rosa, mateo = await desk.registers("Rosa"), await desk.registers("Mateo")
    assert (await desk.changes(mateo, referred_by=rosa.id)).referred_by == rosa.id
    assert (await desk.changes(mateo, referred_by=None)).referred_by is None
    assert await desk.actions(mateo.id) == ["client.registered", "client.changed", "client.changed"]


async def test_nobody_brings_themselves_or_the_one_who_brought_them(desk: Desk) -> None:
    rosa = await desk.registers("Rosa")
    mateo = await desk.registers("Mateo", referred_by=rosa.id)
    with pytest.raises(SelfReferral):
        await desk.changes(rosa, referred_by=rosa.id)
    with pytest.raises(ReferralCircle):
        await desk.changes(rosa, referred_by=mateo.id)
    with pytest.raises(ReferrerUnknown):
        await desk.changes(rosa, referred_by=new_id())
    assert (await desk.does("get", rosa.id)).referred_by is None
