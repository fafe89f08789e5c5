"""Proofs of payment looked up: by their number however it is written, and by the day of their approval."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from gym.security.permissions import Actor
from gym.transfers.errors import ProofInvalid
from tests.transfers.conftest import TransferCase, Transfers, number

BY_NUMBER = "SELECT id FROM payment_proofs WHERE regexp_replace(number, '[^0-9A-Z]', '', 'g') = 'M1234'"
APPROVED_TODAY = (
    "SELECT id FROM payment_proofs WHERE state = 'approved' AND decided_at >= now() ORDER BY decided_at"
)


async def test_a_number_is_the_same_with_other_hyphens_and_dots_and_is_found_by_an_index(
    case: TransferCase,
) -> None:
    quote = await case.quotes()
    first = await case.member.sends(quote, number("m-12 34"))
    for again in ("M1234", "M.1234", "m_12/34"):
        assert (await case.member.sends(quote, number(again))).id == first.id, again
    await case.bruno.does("approve", first.id)
    other = await case.desk.client("Iván", telegram_id=7002)
    ivan = Transfers(case.gym, Actor.member(other.id, other.full_name))
    for written, seen in (("M.1234", True), ("M/12-34", True), ("M-1235", False)):
        mine = await ivan.sends(await ivan.quotes(other, case.monthly, case.nequi), number(written))
        sightings = (await case.bruno.does("get", mine.id)).seen_before
        assert ("Rosa Vargas" in [one.client_name for one in sightings]) is seen, written
    for senseless in ("A----1", "-12-3-", "....", "ABCD"):
        with pytest.raises(ProofInvalid):
            await ivan.sends(await ivan.quotes(other, case.monthly, case.nequi), number(senseless))

    async with case.gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(text("SET LOCAL enable_seqscan = off"))
        await uow.session.execute(text("SET LOCAL enable_sort = off"))
        for query, index in ((BY_NUMBER, "bare_number"), (APPROVED_TODAY, "approved_at")):
            plan = (await uow.session.scalars(text(f"EXPLAIN {query}"))).all()
            assert f"ix_payment_proofs_{index}" in "\n".join(plan)
