"""Plain SQL about the ledger, the audit trail, tills, approvals and visits."""

from __future__ import annotations

import pytest

from tests.guards.conftest import World

ENTRY = """
INSERT INTO ledger_entries (id, account_id, kind, amount, method, reason, receipt_number, voids_id,
    staff_name, at, gym_day)
VALUES (:fresh, {account}, '{kind}', {amount}, {method}, {reason}, {number}, {voids}, 'nobody', now(), now())
"""
VISIT = """
INSERT INTO check_ins (id, client_id, outcome, code, method, counted, at, received_at, gym_day)
SELECT :fresh, {client}, '{outcome}', 'admitted', 'staff', {counted}, at, received_at, gym_day + {later}
FROM check_ins WHERE id = :visit
"""
COUNT = """
INSERT INTO cash_counts (id, gym_day, staff_id, method, expected, counted, difference, counted_by_name, at)
VALUES (:fresh, '2026-08-03', :staff, 'cash', 100, {counted}, {difference}, 'nobody', now())
"""
APPROVAL = """
INSERT INTO approvals (id, kind, state, client_id, facts, asked_by_name, created_at, expires_at, decided_at,
    used_at)
VALUES (:fresh, 'discount', '{state}', :rosa, '{{}}', 'nobody', now(), now(), {decided}, {used})
"""


def entry(
    kind: str,
    amount: str = "5",
    account: str = ":otto_account",
    method: str = "'cash'",
    reason: str = "'by hand'",
    number: str = "NULL",
    voids: str = "NULL",
) -> str:
    return ENTRY.format(
        kind=kind, amount=amount, account=account, method=method, reason=reason, number=number, voids=voids
    )


def visit(client: str = ":rosa", outcome: str = "admitted", counted: str = "true", later: int = 0) -> str:
    return VISIT.format(client=client, outcome=outcome, counted=counted, later=later)


def count(counted: int, difference: int) -> str:
    return COUNT.format(counted=counted, difference=difference)


def approval(state: str, decided: str = "NULL", used: str = "NULL") -> str:
    return APPROVAL.format(state=state, decided=decided, used=used)


NEGATIVE = "ck_accounts_balance"
DERIVED = "accounts_balance_is_derived"
MATCHES = "ledger_entries_void_matches"
LEDGER, AUDIT = "ledger_entries_append_only", "audit_entries_append_only"

REFUSED = {
    "an edited amount": ("UPDATE ledger_entries SET amount = 1", LEDGER),
    "an edited note": ("UPDATE ledger_entries SET note = 'x'", LEDGER),
    "an edited day": ("UPDATE ledger_entries SET gym_day = gym_day - 1", LEDGER),
    "a deleted entry": ("DELETE FROM ledger_entries WHERE id = :half", LEDGER),
    "an emptied ledger": ("TRUNCATE ledger_entries CASCADE", LEDGER),
    "an edited audit row": ("UPDATE audit_entries SET actor_name = 'x'", AUDIT),
    "a deleted audit row": ("DELETE FROM audit_entries", AUDIT),
    "an emptied audit trail": ("TRUNCATE audit_entries", AUDIT),
    "a balance written by hand": ("UPDATE accounts SET balance = 0 WHERE id = :otto_account", DERIVED),
    "an account that begins with a balance": (
        "INSERT INTO accounts (id, kind, balance, created_at) VALUES (:fresh, 'sale', 5, now())",
        DERIVED,
    ),
    "a payment above the balance": (entry("payment", "75000.01", number="99"), NEGATIVE),
    "a credit above the balance": (entry("credit", "75000.01"), NEGATIVE),
    "credit spent that a client does not have": (entry("credit", account=":credit"), NEGATIVE),
    "an amount below zero": (entry("charge", "-5"), "ck_ledger_entries_amount"),
    "an amount of nothing": (entry("charge", "0"), "ck_ledger_entries_amount"),
    "a payment without a receipt": (entry("payment"), "ck_ledger_entries_receipt"),
    "a charge with a receipt": (entry("charge", number="99"), "ck_ledger_entries_receipt"),
    "a receipt number twice": (
        entry("payment", number="1"),
        "uq_ledger_entries_receipt_number",
    ),
    "a payment by no method": (
        entry("payment", number="99", method="NULL"),
        "ck_ledger_entries_has_method",
    ),
    "a refund by no method": (entry("refund", method="NULL"), "ck_ledger_entries_has_method"),
    "a credit without a reason": (entry("credit", reason="NULL"), "ck_ledger_entries_reason"),
    "a void without a reason": (
        entry("void", "75000", reason="NULL", voids=":half"),
        "ck_ledger_entries_reason",
    ),
    "a void of nothing": (entry("void"), "ck_ledger_entries_void_of"),
    "a void of a payment to another account": (
        entry("void", "75000", account=":account", voids=":half"),
        MATCHES,
    ),
    "a void of half a payment": (entry("void", "100", voids=":half"), MATCHES),
    "a void of a charge": (
        entry(
            "void",
            "150000",
            voids="(SELECT id FROM ledger_entries WHERE account_id = :otto_account AND kind = 'charge')",
        ),
        MATCHES,
    ),
    "a second credit account": (
        "INSERT INTO accounts (id, client_id, kind, created_at) VALUES (:fresh, :rosa, 'credit', now())",
        "uq_accounts_credit",
    ),
    "an account with entries deleted": (
        "DELETE FROM accounts WHERE id = :otto_account",
        "fk_ledger_entries_account_id",
    ),
    "whoever took money deleted": ("DELETE FROM staff WHERE id = :staff", "fk_ledger_entries_staff_id"),
    "a cash count that does not add up": (count(90, 0), "ck_cash_counts_difference"),
    "a till with less than nothing": (count(-1, -101), "ck_cash_counts_counted"),
    "a decision that nobody took": (approval("approved"), "ck_approvals_decided"),
    "an open question with an answer": (approval("pending", decided="now()"), "ck_approvals_decided"),
    "a refused discount that was used": (
        approval("rejected", decided="now()", used="now()"),
        "ck_approvals_used",
    ),
    "a second counted visit of the day": (visit(), "uq_check_ins_one_counted_a_day"),
    "a denial that counts": (visit(outcome="denied", later=1), "ck_check_ins_counted_admitted"),
    "a visit by nobody that counts": (visit(client="NULL"), "ck_check_ins_counted_client"),
    "a visit moved to a day that has one": (
        "UPDATE check_ins SET client_id = :rosa WHERE id = :fresh",
        "uq_check_ins_one_counted_a_day",
    ),
    "leaving before coming": (
        "UPDATE check_ins SET left_at = at - interval '1 second' WHERE id = :visit",
        "ck_check_ins_left",
    ),
    "a client who brought oneself": (
        "UPDATE clients SET referred_by = id WHERE id = :rosa",
        "ck_clients_referred_by_another",
    ),
    "half a document": (
        "UPDATE clients SET document_number = '1' WHERE id = :rosa",
        "ck_clients_document_whole",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_postgresql_refuses(world: World, what: str) -> None:
    statement, constraint = REFUSED[what]
    if "moved" in what:
        await world.does(visit(client=":otto"))
    assert await world.refuses(statement) == constraint


async def test_a_payment_is_voided_once(world: World) -> None:
    await world.does(entry("void", "75000", voids=":half"))
    world.ids["fresh"] = world.ids["spare"]
    again = entry("void", "75000", voids=":half")
    assert await world.refuses(again) == "uq_ledger_entries_voids_id"


@pytest.mark.parametrize(
    "statement",
    [
        entry("payment", "75000", number="99"),
        entry("credit", "75000"),
        entry("void", "75000", voids=":half"),
        entry("charge", account=":credit"),
        visit(client=":otto"),
        visit(later=1),
        visit(counted="false"),
        count(90, -10),
        approval("approved", decided="now()", used="now()"),
    ],
)
async def test_postgresql_lets_through_what_breaks_no_rule(world: World, statement: str) -> None:
    """Or the refusals above would prove nothing but a broken statement."""
    await world.does(statement)
