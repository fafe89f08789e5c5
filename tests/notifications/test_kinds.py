"""The table of kinds: none without a payload and a sample, and payloads are stored as they always were."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from pydantic import ValidationError

from bot.messages import RENDERERS, check_wordings
from bot.messages.register import simple
from gym.core.database.json_values import encode
from gym.notifications.kinds import BY_KIND, SPECS, by_kind
from gym.notifications.models import NotificationKind as Kind
from gym.notifications.payloads.base import read_stored
from gym.notifications.payloads.freezes import ClosedGym, DeskFrozenPayload
from gym.notifications.payloads.members import AbsentPayload
from gym.notifications.payloads.money import PaymentDetails, ReceiptPayload, RefundDetails
from gym.notifications.payloads.plans import PlanDetails, SubscriptionCanceledPayload
from tests.support.messages.samples import samples

ABOUT = PlanDetails(
    subscription_id=UUID(int=1),
    client_id=UUID(int=2),
    client_name="Rosa Vargas",
    plan_name="Monthly",
    starts_on=date(2026, 8, 3),
    ends_on=date(2026, 9, 2),
    status="active",
    final_price=Decimal("150000.00"),
    balance=Decimal("0.00"),
)
STORED_ABOUT = {
    "subscription_id": {"$uuid": "00000000-0000-0000-0000-000000000001"},
    "client_id": {"$uuid": "00000000-0000-0000-0000-000000000002"},
    "client_name": "Rosa Vargas",
    "plan_name": "Monthly",
    "starts_on": {"$date": "2026-08-03"},
    "ends_on": {"$date": "2026-09-02"},
    "status": "active",
    "final_price": {"$decimal": "150000.00"},
    "balance": {"$decimal": "0.00"},
}


def test_a_kind_without_a_row_stops_the_start() -> None:
    with pytest.raises(LookupError, match="desk_door_failed"):
        by_kind([spec for spec in SPECS if spec.kind is not Kind.DESK_DOOR_FAILED])


def test_two_kinds_cannot_share_a_payload() -> None:
    shared = replace(BY_KIND[Kind.DENIED], payload=BY_KIND[Kind.CHECKED_IN].payload)
    with pytest.raises(LookupError):
        by_kind([spec if spec.kind is not Kind.DENIED else shared for spec in SPECS])


@pytest.mark.parametrize("kind", Kind)
def test_a_payload_is_called_as_its_kind(kind: Kind) -> None:
    name = "".join(part.capitalize() for part in kind.value.split("_"))
    assert BY_KIND[kind].payload.__name__ == f"{name}Payload"


@pytest.mark.parametrize("kind", Kind)
def test_every_sample_is_a_whole_payload_and_is_stored_as_it_was_read(kind: Kind) -> None:
    for sample in samples(kind):
        payload = read_stored(BY_KIND[kind].payload, encode(sample))
        values = payload.values()
        assert values == {name: sample[name] for name in values}
        assert read_stored(type(payload), payload.stored()) == payload


def test_a_payload_is_one_flat_object_without_what_was_not_given() -> None:
    payment = PaymentDetails(
        receipt_number=7,
        amount=Decimal(50000),
        method="cash",
        at=datetime(2026, 8, 3, 15, tzinfo=UTC),
        note=None,
        entry_id=UUID(int=3),
    )
    assert ReceiptPayload(about=ABOUT, payment=payment).stored() == STORED_ABOUT | {
        "receipt_number": 7,
        "amount": {"$decimal": "50000"},
        "method": "cash",
        "at": {"$datetime": "2026-08-03T15:00:00+00:00"},
        "note": None,
        "entry_id": {"$uuid": "00000000-0000-0000-0000-000000000003"},
    }


def test_a_closing_of_the_gym_names_no_plan() -> None:
    days = ClosedGym(closing=True, frozen_from=date(2026, 8, 3), frozen_until=date(2026, 8, 5), count=12)
    told = DeskFrozenPayload(frozen=days, reason="flood", staff_name="Ana")
    assert told.stored() == {
        "closing": True,
        "frozen_from": {"$date": "2026-08-03"},
        "frozen_until": {"$date": "2026-08-05"},
        "count": 12,
        "reason": "flood",
        "staff_name": "Ana",
    }
    assert read_stored(DeskFrozenPayload, told.stored()) == told


def test_a_row_of_an_older_release_lacks_what_came_later() -> None:
    absent = read_stored(AbsentPayload, {"first_name": "Rosa", "days": 10})
    assert (absent.since, absent.last_visit) == (None, None)
    money = {name: {"$decimal": "0"} for name in ("credited", "refunded", "kept")}
    canceled = read_stored(SubscriptionCanceledPayload, STORED_ABOUT | money | {"reason": "moves away"})
    assert canceled.outcome.begun
    refund = read_stored(RefundDetails, money | {"reason": "", "method": None, "entry_id": None})
    assert refund.cause is None


def test_a_row_that_lacks_a_fact_is_refused_by_name() -> None:
    with pytest.raises(ValidationError, match="plan_name"):
        read_stored(
            ReceiptPayload, {name: value for name, value in STORED_ABOUT.items() if name != "plan_name"}
        )


def test_a_kind_without_words_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    check_wordings()
    monkeypatch.delitem(RENDERERS, Kind.DESK_DOOR_FAILED)
    with pytest.raises(LookupError, match="desk_door_failed"):
        check_wordings()


def test_a_sentence_that_needs_what_the_payload_has_not_stops_the_start() -> None:
    with pytest.raises(LookupError, match="DeskExpiredPayload has no amount"):
        simple(BY_KIND[Kind.DESK_EXPIRED].payload, "{client_name} paid {amount} at {gym}")
