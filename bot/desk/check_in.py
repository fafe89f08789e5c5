"""Who is this, and may they come in: photo first, then verdict and next step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from bot.callbacks import Callback, callback
from bot.desk.buttons import Card, CheckInClient, RegisterClient, RenewPlan, SellPlan, TakePayment
from bot.desk.clients import Found, card_screen
from bot.desk.keys import tap_key
from bot.desk.profile import Reactivate, Unblock
from bot.desk.registration import RegisterWithPhoto
from bot.forms import Form, FormContext, Step
from bot.keyboards import Button, Row, button, nav
from bot.render import HtmlTranslator, Screen
from bot.routing import Audience, Router
from bot.turn import Turn
from gym.attendance.credentials import qr_owner
from gym.attendance.models import VerdictCode
from gym.attendance.schemas import Verdict
from gym.attendance.service import AttendanceService
from gym.clients.models import Client
from gym.clients.service import ClientService
from gym.core.language import N_
from gym.faces.images import draw_numbered_boxes, encode_jpeg
from gym.faces.reader import Face, Purpose, Reading
from gym.faces.schemas import MatchOutcome, Probe
from gym.faces.service import FaceRecognitionService
from gym.payments.errors import parse_reason
from gym.security.links import MEMBER_QR
from gym.security.permissions import Permission

router = Router(Audience.STAFF)
Code = VerdictCode
Person = tuple[MatchOutcome, Client | None]
WHY: Final = {
    Code.NOT_RECOGNIZED: N_("This client is not there any more."),
    Code.UNCERTAIN: N_("Not sure who this is."),
    Code.SPOOF_SUSPECTED: N_("That was no live face."),
    Code.CLIENT_INACTIVE: N_("The client is deactivated."),
    Code.BLOCKED: N_("Blocked until {until}: {reason}"),
    Code.NO_SUBSCRIPTION: N_("There is no plan."),
    Code.NOT_STARTED: N_("The plan starts on {starts_on}."),
    Code.EXPIRED: N_("The plan ended on {ends_on}."),
    Code.FROZEN: N_("The plan is frozen."),
    Code.PAYMENT_DUE: N_("There are {balance} to pay."),
    Code.VISITS_USED_UP: N_("All visits of the plan are used up."),
    Code.OUTSIDE_HOURS: N_("The plan is not open now; it opens on {opens_on} at {opens_at}."),
    Code.ALREADY_INSIDE: N_("Inside already."),
}
"""Why somebody may not come in, as the desk reads it."""


@callback("admit")
class AdmitAnyway(Callback):
    """Against the verdict, with a reason."""

    check_in_id: UUID


@callback("undo", changes=True)
class UndoCheckIn(Callback):
    check_in_id: UUID


# Photo first ──────────────────────────────────────────────────────────────────────────────────────────────


@router.photo
async def who_is_it(turn: Turn) -> None:
    """One face is a card, several are numbered, no face may be a QR."""
    photo = await turn.photo_bytes()
    reading = await turn.gym.faces.read(photo, Purpose.IDENTIFY_ALL)
    if not reading.faces:
        await _show_owner(turn, reading.qr or "")
        return
    people = await _identify(turn, reading.faces)
    if len(people) == 1:
        await _show_one(turn, reading, people[0])
    else:
        await _show_several(turn, reading, people)


@router.start(MEMBER_QR)
async def scanned(turn: Turn) -> None:
    """Staff scanned a member's QR with their own phone."""
    await _show_owner(turn, turn.payload)


async def _show_owner(turn: Turn, qr: str) -> None:
    async with turn.unit_of_work() as uow:
        client_id = await qr_owner(uow, qr)
    await turn.show(await card_screen(turn, client_id))


async def _identify(turn: Turn, faces: Sequence[Face]) -> list[Person]:
    model_id, rule = turn.gym.faces.model_id, turn.gym.match_rule
    people: list[Person] = []
    async with turn.unit_of_work() as uow:
        for face in faces:
            known = await FaceRecognitionService(uow).identify(Probe.of(face, model_id), rule)
            client = await ClientService(uow).get(known.client_id) if known.client_id else None
            people.append((known.outcome, client))
    return people


async def _show_one(turn: Turn, reading: Reading, person: Person) -> None:
    outcome, client = person
    if client is not None:
        await turn.show(await card_screen(turn, client.id))
        return
    t = turn.t
    if outcome is MatchOutcome.UNCERTAIN:
        text = t("🤔 Not sure who this is. Send another photo from the front, or search by name.")
    else:
        text = t("🙂 I do not know this face. A new client, or somebody without a face photo?")
    # The picture comes back with the question, so that its photo can become the client's after consent.
    picture = await turn.gym.faces.run(encode_jpeg, reading.pixels)
    await turn.show(Screen(text, _unknown_rows(t), photo=picture))


def _unknown_rows(t: HtmlTranslator) -> list[Row]:
    return [
        [button(t("➕ Register with this photo"), RegisterWithPhoto(), wide=True)],
        [button(t("🔎 Search by name"), Found(), wide=True)],
        nav(t),
    ]


async def _show_several(turn: Turn, reading: Reading, people: Sequence[Person]) -> None:
    t = turn.t
    boxes = [face.box for face in reading.faces]
    picture = await turn.gym.faces.run(draw_numbered_boxes, reading.pixels, boxes)
    rows = [[_person_button(t, number, *person)] for number, person in enumerate(people, start=1)]
    text = t.plural("{count} face. Who is it?", "{count} faces. Whose card?", len(people))
    await turn.show(Screen(text, [*rows, nav(t)], photo=picture))


def _person_button(t: HtmlTranslator, number: int, outcome: MatchOutcome, client: Client | None) -> Button:
    if client is not None:
        return button(f"{number} · {client.full_name}", Card(client.id), wide=True)
    if outcome is MatchOutcome.UNCERTAIN:
        return button(t("{number} · not sure, search", number=number), Found(), wide=True)
    return button(t("{number} · unknown, register", number=number), RegisterClient(), wide=True)


# Letting in ───────────────────────────────────────────────────────────────────────────────────────────────


@router.on(CheckInClient)
async def check_in(turn: Turn, tap: CheckInClient) -> None:
    """A verdict is a new message, so that the card stays where it is."""
    key = tap_key(turn)
    verdict = await turn.run(lambda uow: AttendanceService(uow).check_in_client(tap.client_id, key=key))
    await turn.say(verdict_screen(turn, verdict))


def verdict_screen(turn: Turn, verdict: Verdict) -> Screen:
    """What the door says, for the desk, with the next step as a button."""
    t = turn.t
    if verdict.client_id is None:
        return Screen(t(WHY[Code.NOT_RECOGNIZED]), [nav(t)])
    text = _admitted(t, verdict) if verdict.admitted else _denied(t, verdict)
    if verdict.warning:
        text += "\n\n" + t("⚠️ <b>{warning}</b>", warning=verdict.warning)
    rows = _after_entry(t, verdict) if verdict.admitted else _after_denial(turn, verdict)
    card = button(t("👤 Card"), Card(verdict.client_id))
    return Screen(text, [*rows, [card, *nav(t)]])


def _admitted(t: HtmlTranslator, verdict: Verdict) -> str:
    lines = [t("✅ <b>{client}</b> may come in.", client=verdict.client_name)]
    if verdict.code is Code.REENTRY:
        lines.append(t("Second time today; it does not count again."))
    if verdict.reason:
        lines.append(t("Admitted by you: {reason}", reason=verdict.reason))
    if verdict.birthday:
        lines.append(t("🎂 Birthday today!"))
    facts = _facts(t, verdict)
    return "\n".join([*lines, *([" · ".join(facts)] if facts else [])])


def _facts(t: HtmlTranslator, verdict: Verdict) -> list[str]:
    facts: list[str] = []
    if verdict.plan_name:
        facts.append(t.text(verdict.plan_name))
    if verdict.visit_number:
        facts.append(t("visit {number}", number=verdict.visit_number))
    if verdict.days_left is not None:
        facts.append(t.plural("{count} day left", "{count} days left", verdict.days_left))
    if verdict.visits_left is not None:
        facts.append(t.plural("{count} visit left", "{count} visits left", verdict.visits_left))
    debt = verdict.balance + verdict.closed_debt
    return [*facts, t("{debt} to pay", debt=debt)] if debt else facts


def _denied(t: HtmlTranslator, verdict: Verdict) -> str:
    why = t(
        WHY[verdict.code],
        until=verdict.until,
        reason=verdict.reason,
        starts_on=verdict.starts_on,
        ends_on=verdict.ends_on,
        balance=verdict.balance or verdict.closed_debt,
        opens_on=verdict.opens_on,
        opens_at=f"{verdict.opens_at:%H:%M}" if verdict.opens_at else "",
    )
    return t("⛔ <b>{client}</b> may not come in.", client=verdict.client_name) + f"\n{why}"


def _after_entry(t: HtmlTranslator, verdict: Verdict) -> list[Row]:
    row = [button(t("↩️ Undo"), UndoCheckIn(verdict.id))]
    if verdict.balance and verdict.subscription_id:
        row.append(button(t("💵 Pay"), TakePayment(verdict.subscription_id)))
    return [row]


def _after_denial(turn: Turn, verdict: Verdict) -> list[Row]:
    remedy = _remedy(turn.t, verdict)
    rows: list[Row] = [[remedy]] if remedy else []
    if turn.visitor.may(Permission.OVERRIDE_DENIAL):
        rows.append([button(turn.t("Admit anyway"), AdmitAnyway(verdict.id))])
    return rows


def _remedy(t: HtmlTranslator, verdict: Verdict) -> Button | None:
    """What mends this denial."""
    client_id = verdict.client_id
    assert client_id is not None
    match verdict.code:
        case Code.PAYMENT_DUE if verdict.balance and verdict.subscription_id:
            return button(t("💵 Take payment"), TakePayment(verdict.subscription_id))
        case Code.EXPIRED | Code.VISITS_USED_UP:
            return button(t("🔁 Renew"), RenewPlan(client_id))
        case Code.NO_SUBSCRIPTION:
            return button(t("🏷 Sell plan"), SellPlan(client_id))
        case Code.CLIENT_INACTIVE:
            return button(t("Reactivate"), Reactivate(client_id))
        case Code.BLOCKED:
            return button(t("Unblock"), Unblock(client_id))
        case _:
            return None


# Against the verdict, and back ────────────────────────────────────────────────────────────────────────────


@router.on(AdmitAnyway)
async def admit_anyway(turn: Turn, tap: AdmitAnyway) -> None:
    await turn.begin(ADMISSION, {"check_in_id": tap.check_in_id})


def _read_reason(text: str, ctx: FormContext) -> str:
    return parse_reason(text)


async def _admit(ctx: FormContext) -> Screen:
    check_in_id, reason = ctx.value("check_in_id", UUID), ctx.value("reason", str)
    verdict = await ctx.run(lambda uow: AttendanceService(uow).admit_anyway(check_in_id, reason, key=ctx.key))
    return verdict_screen(ctx.turn, verdict)


ADMISSION = router.form(
    Form(
        name="admission",
        title=N_("Admit anyway"),
        steps=[
            Step(
                "reason",
                N_("Reason"),
                N_("Why may this client come in? Admins are told. Write it in a few words."),
                parse=_read_reason,
            )
        ],
        submit=_admit,
        confirm=None,
    )
)


@router.on(UndoCheckIn)
async def undo(turn: Turn, tap: UndoCheckIn) -> None:
    row = await turn.run(lambda uow: AttendanceService(uow).undo(tap.check_in_id))
    t = turn.t
    text = t("↩️ The visit of {at} is undone.", at=row.at)
    back = Card(row.client_id) if row.client_id else None
    await turn.show(Screen(text, [nav(t, back=back)]))
