"""Samples: what every kind of notification may carry, for the gallery of wordings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError

from gym.attendance.models import VerdictCode
from gym.notifications.kinds import BY_KIND
from gym.notifications.models import NotificationKind as Kind
from gym.notifications.payloads.base import Payload, read_stored

NOW: Final = datetime(2026, 8, 3, 15, 0, tzinfo=UTC)
DAY: Final = date(2026, 8, 3)
END: Final = date(2026, 9, 2)
ANY: Final = UUID(int=7)
LETTER: Final[Mapping[str, Any]] = {
    "first": date(2026, 7, 1),
    "last": date(2026, 7, 31),
    "received": Decimal(12400000),
    "received_before": Decimal(11500000),
    "received_year_before": Decimal(13000000),
    "billed": Decimal(12900000),
    "debts": 7,
    "owed": Decimal(640000),
    "new": 12,
    "back": 3,
    "left": 9,
}
SOLD: Final = {"sale_id": ANY, "what": "2 × Agua & gas", "total": Decimal(9000)}
EVERY: Final[Mapping[str, Any]] = {
    "version": 2,
    "import_id": ANY,
    "client_id": ANY,
    "client_name": "Rosa Vargas <3",
    "first_name": "Rosa",
    "display_name": "Rosa",
    "friend_name": "Iván",
    "staff_id": ANY,
    "staff_name": "Ana Díaz",
    "name": "Puerta principal",
    "role": "employee",
    "subscription_id": ANY,
    "plan_id": ANY,
    "plan_name": "Mensual & más",
    "old_plan": "Semanal",
    "status": "active",
    "starts_on": DAY,
    "ends_on": END,
    "renewal_starts_on": END,
    "valid_from": END,
    "price": Decimal(150000),
    "base_price": Decimal(150000),
    "discount": Decimal(30000),
    "final_price": Decimal(120000),
    "balance": Decimal(45000),
    "closed_debt": None,
    "visits": None,
    "receipt_number": 1024,
    "entry_id": ANY,
    "amount": Decimal(75000),
    "method": "cash",
    "at": NOW,
    "note": "faltó cambio",
    "reason": "cobrado dos veces",
    "credited": Decimal(20000),
    "refunded": Decimal(35000),
    "kept": Decimal(5000),
    "value": Decimal(60000),
    "to_debt": Decimal(10000),
    "to_new": Decimal(40000),
    "to_credit": Decimal(10000),
    "debt_left": Decimal(0),
    "days": 3,
    "count": 214,
    "planned": False,
    "frozen_from": DAY,
    "frozen_until": END,
    "back_on": END,
    "reward_id": ANY,
    "threshold": 20,
    "percent": Decimal(20),
    "expires_on": END,
    "kind": "visits",
    "code": "payment_due",
    "until": None,
    "days_left": 12,
    "visits_left": None,
    "visit_number": 18,
    "opens_on": DAY,
    "opens_at": "06:00",
    "denied_code": "expired",
    "job": "expire",
    "till": "Bruno Peña",
    "day": DAY,
    "methods": [
        {"method": "cash", "expected": Decimal(310000), "counted": Decimal(300000), "off": Decimal(-10000)}
    ],
    "text": "Este sábado cerramos a las 2 p. m.\n\n¡Los esperamos el domingo <3!",
}
ASKED: Final = {
    "approval_id": ANY,
    "asked_by": "Bruno Peña",
    "kind": "discount",
    "state": "pending",
    "reason": "viene desde 2019",
    "expires_at": NOW,
    "decided_by": None,
    "answer": None,
    "renews_id": None,
    "off": Decimal(30000),
    "percent": 20,
    "taken_by": "Bruno Peña",
    "taken_at": NOW,
    "discount_kind": "amount",
    "replaces": "approval-asked:7",
}
DECIDED: Final = {**ASKED, "state": "approved", "decided_by": "Ana Díaz", "answer": "solo esta vez"}
DENIALS: Final = tuple(
    {"code": code, "until": END, "visits_left": 0, "method": "face"}
    for code in VerdictCode
    if code not in (VerdictCode.ADMITTED, VerdictCode.REENTRY)
)
DIGEST: Final = {
    "visits": 148,
    "denials": [{"code": "payment_due", "count": 6}, {"code": "expired", "count": 1}],
    "money": [{"method": "cash", "net": Decimal(620000)}, {"method": "qr", "net": Decimal(150000)}],
    "new_clients": 3,
    "ending_week": 21,
    "debts": 5,
    "owed": Decimal(310000),
    "at_risk": 12,
    "trail_entries": 12841,
    "trail_mark": "bkqm-tvwr-hhjc-pbdf",
}
NOTHING_BACK: Final = {"credited": Decimal(0), "refunded": Decimal(0), "kept": Decimal(0)}
WRITTEN_OFF: Final = NOTHING_BACK | {"cause": "written_off", "credited": Decimal(50000), "method": None}
NOT_BEGUN: Final = {
    "begun": False,
    "running_plan": "Mensualidad",
    "running_until": date(2026, 8, 31),
    "balance": Decimal(0),
}
TOGETHER: Final = {
    "total": Decimal(200000),
    "parts": [
        {
            "plan_name": plan,
            "starts_on": DAY,
            "ends_on": END,
            "amount": Decimal(100000),
            "receipt_number": number,
        }
        for number, plan in enumerate(("Mensualidad", "Semana"), 12)
    ],
}
PAID_PRODUCTS: Final = {
    "total": Decimal(4000),
    "method": "cash",
    "parts": [
        {"plan_name": "2 × Agua & gas", "starts_on": DAY, "amount": Decimal(4000), "receipt_number": 12}
    ],
    "owed": Decimal(0),
    "entry_id": ANY,
}
QUIET_DAY: Final = {
    "visits": 0,
    "denials": [],
    "money": [],
    "at_risk": 0,
    "new_clients": 0,
    "ending_week": 0,
    "debts": 0,
    "owed": Decimal(0),
}
PROOF: Final = {
    "proof_id": ANY,
    "proof_kind": "picture",
    "number": None,
    "amount": Decimal(180000),
    "owed": Decimal(30000),
    "reference": "K7M2QX",
    "key_label": "Nequi <3",
    "state": "open",
    "decided_by": None,
    "answer": None,
    "seen_before": 0,
    "expires_at": NOW,
    "replaces": "proof-sent:7",
}
PROOF_REJECTED: Final = {**PROOF, "state": "rejected", "decided_by": "Ana Díaz", "answer": "no ha llegado"}
WRITTEN: Final = {
    "conversation_id": ANY,
    "count": 7,
    "said": [
        {"kind": "text", "text": "¿Abren el <domingo>?"},
        {"kind": "photo", "text": None},
        {"kind": "document", "text": "mi incapacidad"},
    ],
    "told": 3,
    "answered_by": "Ana Díaz",
    "closed": False,
    "answer": {"kind": "text", "text": "Sí, de 8 a 12"},
    "replaces": "member-wrote:7:3",
}
CANDIDATE: Final = {
    "candidate_id": ANY,
    "telegram_id": 5550123,
    "name": "Eva <b>Ruiz</b>",
    "username": "eva_ruiz",
    "invited_by": "Ana Díaz",
    "expires_at": NOW,
    "state": "waiting",
    "decided_by": None,
    "replaces": "admin-waiting:7",
}
SPECIAL: Final[Mapping[Kind, tuple[Mapping[str, Any], ...]]] = {
    Kind.MEMBER_WROTE: (WRITTEN, WRITTEN | {"count": 1, "said": WRITTEN["said"][:1], "plan_name": None}),
    Kind.DESK_MEMBER_WROTE: (WRITTEN, WRITTEN | {"said": []}),
    Kind.MEMBER_ANSWERED: (WRITTEN, WRITTEN | {"closed": True, "answer": None}),
    Kind.DESK_MEMBER_ANSWERED: (WRITTEN, WRITTEN | {"said": [], "answer": None}),
    Kind.GYM_ANSWERED: tuple(
        WRITTEN | {"kind": kind, "text": text, "signed": signed, "from_chat_id": 1, "message_id": 1}
        for kind, text, signed in (("text", "Sí, de 8 a 12", None), ("photo", None, "Ana Díaz"))
    ),
    Kind.ANSWER_UNDELIVERED: (WRITTEN,),
    Kind.APPROVAL_ASKED: tuple({**ASKED, "kind": kind} for kind in ("discount", "void", "refund")),
    Kind.APPROVAL_DECIDED: (
        DECIDED,
        {**DECIDED, "state": "rejected", "kind": "void"},
        {**DECIDED, "state": "expired", "decided_by": None, "answer": None},
    ),
    Kind.APPROVAL_TAKEN_BACK: ({**ASKED, "kind": "void"},),
    Kind.PROOF_SENT: (
        PROOF,
        {**PROOF, "plan_name": None, "price": None, "number": "M123456", "seen_before": 2},
        {**PROOF, "owed": None},
    ),
    Kind.PROOF_SETTLED: (
        {**PROOF, "state": "approved", "decided_by": "Ana Díaz"},
        PROOF_REJECTED,
        {**PROOF, "state": "expired"},
        {**PROOF, "state": "replaced"},
    ),
    Kind.DESK_PROOF_SENT: (PROOF,),
    Kind.DESK_PROOF_SETTLED: ({**PROOF, "state": "approved", "decided_by": "Ana Díaz"}, PROOF_REJECTED),
    Kind.PROOF_ANSWERED: (PROOF_REJECTED, {**PROOF, "state": "expired"}),
    Kind.PROOF_QUESTION: ({**PROOF, "quote_id": ANY, "question": "¿De qué banco lo enviaste?"},),
    Kind.ADMIN_WAITING: (CANDIDATE, {**CANDIDATE, "username": None, "invited_by": None}),
    Kind.ADMIN_WAIT_OVER: (
        {**CANDIDATE, "state": "confirmed", "decided_by": "Ana Díaz"},
        {**CANDIDATE, "state": "refused", "decided_by": "Ana Díaz"},
    ),
    Kind.ADMIN_CONFIRMED: ({"decided_by": "Ana Díaz"},),
    Kind.MONTHLY_LETTER: (
        LETTER,
        {**LETTER, "received_before": Decimal(0), "received_year_before": Decimal(0)},
    ),
    Kind.REPORT_FILE_LOST: ({"report": "taxes", "first": date(2026, 1, 1), "last": date(2026, 8, 31)},),
    Kind.STOCK_LOW: tuple(
        {"product_id": ANY, "product_name": "Agua & gas", "left": left, "minimum": 6} for left in (0, 1, 5)
    ),
    Kind.SALE_VOID_ASKED: ({"sale_id": ANY, "total": Decimal(9000)},),
    Kind.PRODUCTS_BOUGHT: tuple(SOLD | {"owed": owed} for owed in (Decimal(0), Decimal(9000))),
    Kind.PRODUCTS_RETURNED: tuple(SOLD | {"paid_out": paid} for paid in (None, Decimal(9000))),
    Kind.DESK_PRODUCTS_SOLD: tuple(
        SOLD | {"owed": owed, "client_name": name}
        for owed, name in ((Decimal(0), None), (Decimal(9000), "Rosa"))
    ),
    Kind.PRODUCTS_DUE: ({"sale_id": ANY, "what": "2 × Agua & gas", "owed": Decimal(4000), "days": 3},),
    Kind.DESK_PRODUCTS_OVERDUE: (
        {"sale_id": ANY, "what": "2 × Agua & gas", "owed": Decimal(4000), "days": 7, "client_name": "Rosa"},
    ),
    Kind.PRODUCTS_WRITTEN_OFF: ({"sale_id": ANY, "what": "2 × Agua & gas", "amount": Decimal(4000)},),
    Kind.DESK_PRODUCTS_WRITTEN_OFF: (
        {"sale_id": ANY, "what": "2 × Agua & gas", "amount": Decimal(4000), "client_name": "Rosa"},
    ),
    Kind.PRODUCTS_PAID: tuple(PAID_PRODUCTS | {"owed": owed} for owed in (Decimal(0), Decimal(2000))),
    Kind.DESK_PRODUCTS_PAID: (PAID_PRODUCTS | {"client_name": "Rosa"},),
    Kind.DESK_PRODUCTS_RETURNED: tuple(
        SOLD | {"paid_out": paid, "client_name": name}
        for paid, name in ((None, None), (Decimal(9000), "Rosa"))
    ),
    Kind.BACKUP_ALARM: (
        {"trouble": "too_old", "error": None, "since": NOW},
        {"trouble": "failed", "error": "backup_no_room", "since": None},
        {"trouble": "proof_failed", "error": "restore_differs", "since": None},
        {"trouble": "not_sent", "error": None, "since": NOW},
    ),
    Kind.DESK_FREEZE_TAKEN_BACK: ({**ASKED, "kind": "freeze"},),
    Kind.DESK_FREEZE_WANTED: ({**ASKED, "kind": "freeze"},),
    Kind.FREEZE_APPROVED: ({**DECIDED, "kind": "freeze"},),
    Kind.FREEZE_REJECTED: (
        {**DECIDED, "kind": "freeze", "state": "rejected"},
        {**DECIDED, "kind": "freeze", "state": "expired", "answer": None},
    ),
    Kind.RECEIPT: ({}, {"balance": Decimal(0), "method": "transfer"}, TOGETHER),
    Kind.DESK_PAYMENT: ({}, TOGETHER),
    Kind.ENDS_SOON: tuple(
        {"days": abs(days), "ends_on": DAY + timedelta(days=days)} for days in (7, 1, 0, -2)
    ),
    Kind.FREEZE_ENDS: ({}, {"back_on": DAY}),
    Kind.REWARD_EARNED: ({}, {"kind": "referral"}),
    Kind.MILESTONE: ({"percent": Decimal(0), "threshold": 100}, {"threshold": 100}),
    Kind.CHECKED_IN: ({}, {"visits_left": 1, "balance": None}),
    Kind.DENIED: DENIALS,
    Kind.DESK_DENIED: (*DENIALS, {**DENIALS[-1], "late": True}),
    Kind.ABSENT: (
        {"days": 10, "since": DAY, "last_visit": DAY},
        {"days": 20, "since": DAY, "last_visit": None},
        {"days": 10},
    ),
    Kind.FROZEN: ({}, {"frozen_until": None}),
    Kind.FREEZE_ENDED: ({}, {"planned": True}),
    Kind.GYM_CLOSED: ({"reason": "Semana Santa"}, {"frozen_until": DAY, "reason": "fumigación"}),
    Kind.GYM_OPENED: ({}, {"planned": True}),
    Kind.GIFT_DAYS: ({"reason": "el agua caliente falló"}, {"days": 1, "reason": "gracias por esperar"}),
    Kind.DESK_FROZEN: ({"reason": "viaje"}, {"closing": True, "reason": "Semana Santa"}),
    Kind.DESK_FREEZE_ENDED: ({}, {"planned": True}, {"closing": True}),
    Kind.DESK_GIFT_DAYS: ({}, {"everybody": True, "reason": "el agua caliente falló"}),
    Kind.DESK_JOB_LATE: ({"last_success_at": NOW}, {"last_success_at": None}),
    Kind.DESK_DIGEST: (
        DIGEST,
        {**DIGEST, **QUIET_DAY},
        {**DIGEST, "proofs": 2, "proofs_approved": 1, "conversations": 4},
    ),
    Kind.DESK_NEW_STAFF: ({"name": "Bruno Peña"}, {"name": "Bruno Peña", "role": "admin"}),
    Kind.SUBSCRIPTION_CANCELED: ({}, NOTHING_BACK, NOT_BEGUN),
    Kind.REFUNDED: ({}, WRITTEN_OFF),
    Kind.DESK_REFUND: ({}, WRITTEN_OFF),
    Kind.SUBSCRIPTION_ACTIVATED: ({}, {"balance": Decimal(0)}),
    Kind.SUBSCRIPTION_EXPIRED: ({}, {"balance": Decimal(0)}),
    Kind.DESK_ACTIVATED: ({}, {"balance": Decimal(0)}),
    Kind.ERASURE_ASKED: ({"due_at": NOW, "asked_by": ""}, {"due_at": NOW, "asked_by": "Bruno"}),
    Kind.DESK_IMPORTED: (
        {"made": 214, "plans": 180, "owed": Decimal(1240000)},
        {"made": 0, "plans": 1, "owed": Decimal(0)},
    ),
    Kind.DESK_PICTURE_STAYS: tuple(
        {"reason": reason, "chat": chat}
        for reason, chat in (
            ("too_old", None),
            ("no_right", None),
            ("no_right", "Recepción"),
            ("no_chat", None),
            ("refused", None),
            ("unnumbered", None),
        )
    ),
    Kind.DESK_JOB_FAILED: ({}, {"job": "backup"}),
    Kind.DESK_TELEGRAM_FAILS: tuple(
        {"method": method}
        for method in ("sendPhoto", "sendDocument", "getFile", "sendMessage", "editMessageText")
    ),
}


def samples(kind: Kind) -> list[dict[str, Any]]:
    """Payloads of a kind, one for each way in which it may read."""
    return [_whole(special) for special in SPECIAL.get(kind, ({},))]


def _whole(special: Mapping[str, Any]) -> dict[str, Any]:
    """What concerns everybody names nobody."""
    everybody = special.get("closing") or special.get("everybody")
    named = {"client_id", "client_name", "subscription_id"} if everybody else set[str]()
    return {name: value for name, value in {**EVERY, **special}.items() if name not in named}


def complete(kind: Kind, values: Mapping[str, Any] | None = None) -> Payload:
    """The payload of a kind with these facts; the kind's first sample has the rest where they are too few."""
    model, given = BY_KIND[kind].payload, values or {}
    try:
        return read_stored(model, given)
    except ValidationError:
        return read_stored(model, {**samples(kind)[0], **given})
