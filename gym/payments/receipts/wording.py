"""What a receipt says: every fact in the words and formats of one language. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from gym.core.clock import gym_day
from gym.core.language import N_, Translator
from gym.payments.models import Method
from gym.payments.schemas import JointPart, Receipt, RestDays
from gym.settings.schemas import GymSettings

WORDS: Final = {
    Method.CASH: N_("Cash"),
    Method.CARD: N_("Card"),
    Method.TRANSFER: N_("Transfer"),
    Method.QR: N_("QR payment"),
    Method.CREDIT: N_("Client credit"),
}


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything a receipt says, in the words of one language."""

    gym: str
    title: str
    moment: str
    rows: Sequence[tuple[str, str]]
    """Label and value."""
    total: tuple[str, str]
    rest: tuple[str, str]
    """What is still owed; the value is empty when it is nothing."""
    remark: str
    footer: str
    stamp: str
    """Across a receipt that does not count any more."""


def worded(receipt: Receipt, settings: GymSettings, t: Translator) -> Paper:
    """The receipt in words."""
    on_credit = receipt.method is Method.CREDIT
    left = receipt.balance_after
    return Paper(
        gym=settings.name,
        title=t(N_("Receipt № {number}"), number=str(receipt.number)),
        moment=t.moment(receipt.at),
        rows=_rows(receipt, settings, t),
        total=(t(N_("Paid")), t.money(receipt.amount)),
        rest=(t(N_("Still to pay")), t.money(left)) if left else (t(N_("Paid in full.")), ""),
        remark=t(N_("Paid with the client's credit: no money changed hands.")) if on_credit else "",
        footer=settings.receipt_footer or t(N_("Thank you!")),
        stamp=t(N_("VOID")) if receipt.voided else "",
    )


def worded_together(parts: Sequence[JointPart], settings: GymSettings, t: Translator) -> Paper:
    """Every part with its number, what it is for and its amount; a voided one is left out of the sum."""
    first, counting = parts[0], [one for one in parts if not one.voided]
    rows = [(t(N_("Client")), first.client_name)]
    for one in parts:
        rows.append((t(N_("№ {number}"), number=str(one.number)), f"{one.what}: {t.money(one.amount)}"))
        rows.append((t(N_("VOID")) if one.voided else "", _days(one, t)))
    rows.append((t(N_("Method")), t(WORDS[first.method])))
    if first.destination:
        rows.append((t(N_("Account")), first.destination))
    rows.append((t(N_("Received by")), first.staff_name))
    total = sum((one.amount for one in counting), Decimal(0))
    return Paper(
        gym=settings.name,
        title=t(N_("Receipts № {numbers}"), numbers=", ".join(str(one.number) for one in parts)),
        moment=t.moment(first.at),
        rows=rows,
        total=(t(N_("Paid")), t.money(total)),
        rest=("", ""),
        remark="",
        footer=settings.receipt_footer or t(N_("Thank you!")),
        stamp="" if counting else t(N_("VOID")),
    )


def _days(one: JointPart, t: Translator) -> str:
    """A plan's period, or the day on which products were sold."""
    if isinstance(one, Receipt):
        return f"{t.day(one.starts_on)} – {t.day(one.ends_on)}"
    return t.day(one.sold_on)


def _rows(receipt: Receipt, settings: GymSettings, t: Translator) -> list[tuple[str, str]]:
    rows = [
        (t(N_("Client")), receipt.client_name),
        (t(N_("Plan")), receipt.plan_name),
        (t(N_("From")), t.day(receipt.starts_on)),
        (t(N_("Until")), t.day(receipt.ends_on)),
        *(_rest(one, t) for one in receipt.rests),
        (t(N_("Method")), t(WORDS[receipt.method])),
    ]
    if receipt.destination:
        rows.append((t(N_("Account")), receipt.destination))
    if receipt.paid_on not in (None, gym_day(receipt.at, settings.zone)):
        rows.append((t(N_("Paid on")), t.show(receipt.paid_on)))
    rows.append((t(N_("Received by")), receipt.staff_name))
    if receipt.note:
        rows.append((t(N_("Note")), receipt.note))
    return rows


def _rest(one: RestDays, t: Translator) -> tuple[str, str]:
    label = t(N_("Gym closed")) if one.closed else t(N_("Frozen"))
    if one.ends_on is None:
        return label, t(N_("from {day} on"), day=t.day(one.starts_on))
    if one.ends_on == one.starts_on:
        return label, t.day(one.starts_on)
    return label, f"{t.day(one.starts_on)} – {t.day(one.ends_on)}"
