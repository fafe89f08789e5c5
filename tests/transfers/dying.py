"""`python -m tests.transfers.dying WHEN PROOF STAFF`: approves a proof, killed before or after the commit."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from uuid import UUID

from gym.app import open_gym
from gym.core.config import load_config
from gym.security.permissions import Actor, Role
from gym.transfers.service import ProofService


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def main(when: str, proof_id: UUID, staff_id: UUID) -> None:
    async with open_gym(load_config(), faces=False) as gym:
        async with gym.unit_of_work(Actor.staff(staff_id, "Bruno Employee", Role.EMPLOYEE)) as uow:
            await ProofService(uow).approve(proof_id)
            await uow.session.flush()
            if when == "before":
                die()
        die()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], UUID(sys.argv[2]), UUID(sys.argv[3])))
