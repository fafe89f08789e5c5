"""Checks of proofs after every step: the rows, and what the owner is shown, against the book."""

from __future__ import annotations

import asyncpg

from tests.machine.proofs.quotes import Proof, Transfers
from tests.machine.proofs.services import ProofServices
from tests.machine.world import cents

PROOFS = "SELECT id, state, booked, confirmed_at IS NOT NULL AS ticked FROM payment_proofs"
# Of an approved proof every part was taken with its reference, and all of them come to what was booked.
BROKEN = """
SELECT f.id, f.booked, coalesce(sum(e.amount), 0) AS paid
FROM payment_proofs f JOIN transfer_quotes q ON q.id = f.quote_id
LEFT JOIN ledger_entries e ON e.kind = 'payment' AND e.note LIKE '%' || q.reference AND e.at = f.decided_at
WHERE f.state = 'approved' GROUP BY f.id HAVING f.booked <> coalesce(sum(e.amount), 0)
"""


async def take(rows: asyncpg.Connection) -> tuple[list[asyncpg.Record], list[asyncpg.Record]]:
    return await rows.fetch(PROOFS), await rows.fetch(BROKEN)


def look(transfers: Transfers, services: ProofServices) -> None:
    found, broken = services.world.wait(take(services.world.rows))
    assert not broken, f"what was booked is not what was paid: {broken}"
    written = {
        row["id"]: (row["state"], None if row["booked"] is None else cents(row["booked"]), row["ticked"])
        for row in found
    }
    booked = {one.key: _as_booked(one) for _, one in transfers.proofs()}
    assert written == booked, f"{written} written where {booked} is due"
    shown, due = services.unconfirmed(), transfers.unconfirmed()
    assert shown == due, f"{shown} unconfirmed where {due} is due"


def _as_booked(one: Proof) -> tuple[str, int | None, bool]:
    return one.state, one.booked, one.ticked
