"""The process killed with `kill -9` while a proof is approved, and between the approval and the receipt."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime
from uuid import UUID

import pytest

from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.notifications.models import NotificationKind as Kind
from gym.payments.models import EntryKind
from gym.transfers.errors import ProofDecided
from gym.transfers.models import ProofState
from tests.e2e.process import ROOT
from tests.support.memberships import entries, told
from tests.transfers.conftest import TransferCase, picture


@pytest.fixture
def clock() -> FrozenClock:
    """The children live in real time."""
    return FrozenClock(datetime.now(UTC))


async def dies(gym: Gym, when: str, proof_id: UUID, staff_id: UUID) -> None:
    environment = {
        **os.environ,
        "POWERGYM_HOME": str(gym.config.powergym_home),
        "FACE_ROOT": str(gym.config.packs_root),
        "DATABASE_URL": gym.database.url,
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.transfers.dying", when, str(proof_id), str(staff_id),
        cwd=ROOT, env=environment,
    )  # fmt: skip
    assert await child.wait() == -signal.SIGKILL


async def test_a_kill_leaves_nothing_or_one_payment_with_one_receipt(case: TransferCase) -> None:
    proof = await case.member.sends(await case.quotes(), picture("slip"))
    assert case.bruno.actor.id is not None
    await dies(case.gym, "before", proof.id, case.bruno.actor.id)
    assert (await case.bruno.does("get", proof.id)).proof.state is ProofState.OPEN
    assert not await entries(case.gym)
    assert not await told(case.gym, Kind.RECEIPT)

    await dies(case.gym, "after", proof.id, case.bruno.actor.id)
    with pytest.raises(ProofDecided):
        await case.bruno.does("approve", proof.id)
    assert [one.kind for one in await entries(case.gym)].count(EntryKind.PAYMENT) == 1
    assert len(await told(case.gym, Kind.RECEIPT)) == 1, "it waits in the outbox, and leaves once"
