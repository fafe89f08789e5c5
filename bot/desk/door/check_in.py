"""Check-in at the desk: identification by photo, the verdict, admission against it."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from uuid import UUID

from bot.desk.clients.card.card_screen import card_screen
from bot.desk.door.verdicts import AdmitAnyway, UndoCheckIn, verdict_screen
from bot.desk.idempotency import press_key
from bot.desk.products.photo_sale import scanned_code, sell_scanned, show_unknown_code
from bot.forms.definition import Form, FormContext
from bot.forms.opening import begin
from bot.forms.steps import reason_step
from bot.routing.navigation import routes_of
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card, ClientSearch, RegisterClient, RegisterWithPhoto
from bot.ui.buttons.door import CheckInClient
from bot.ui.keyboards import Button, Row, button, nav
from bot.ui.screens import Html, HtmlTranslator, Screen, say_error
from bot.ui.surfaces import Surface
from bot.ui.update_context import UpdateContext
from gym.attendance.checkin.credentials import ClientCredential, qr_owner
from gym.attendance.checkin.schemas import Verdict
from gym.attendance.checkin.service import AttendanceService
from gym.attendance.models import CheckIn
from gym.clients.models import Client
from gym.clients.service import ClientService
from gym.core.language import N_
from gym.faces.engine.images import draw_numbered_boxes, encode_jpeg
from gym.faces.engine.quality import enrolment_fault
from gym.faces.engine.reader import Face, PhotoReading, Purpose
from gym.faces.errors import PhotoFault
from gym.faces.schemas import MatchOutcome, Probe
from gym.faces.service import FaceRecognitionService
from gym.products.catalogue import CatalogueService
from gym.security.signed_links import MEMBER_QR
from gym.unit_of_work import UnitOfWork

router = Router(Audience.STAFF)
Person = tuple[MatchOutcome, Client | None]


# Photo first ──────────────────────────────────────────────────────────────────────────────────────────────


@router.photo
async def who_is_it(context: UpdateContext) -> None:
    """Identify a photo: a product's barcode is a sale, one face is a card, several are numbered, no face may
    be a QR.

    Beside a face or a member's QR a barcode counts only where a product has it.
    """
    photo = await context.photo_bytes()
    try:
        reading = await context.gym.faces.read(photo, Purpose.IDENTIFY_ALL)
    except PhotoFault as fault:
        if not await routes_of(context).takes_spare_file(context):
            await context.show(_not_to_be_read(context.t, fault))
        return
    scanned = await scanned_code(context, reading.barcodes)
    if scanned is not None and scanned.found is not None:
        await sell_scanned(context, scanned.found.product)
        return
    if not reading.faces:
        is_member = (reading.qr or "").startswith(MEMBER_QR)
        if not is_member and await routes_of(context).takes_spare_file(context):
            return
        if scanned is not None and not is_member:
            await show_unknown_code(context, scanned.code)
        else:
            await _show_owner(context, reading.qr or "")
        return
    people = await _identify(context, reading.faces)
    if len(people) == 1:
        await _show_one(context, reading, people[0])
    else:
        await _show_several(context, reading, people)


@router.start(MEMBER_QR)
async def scanned(context: UpdateContext) -> None:
    """A member's QR, scanned by staff with their own phone."""
    await _show_owner(context, context.payload)


async def _show_owner(context: UpdateContext, qr: str) -> None:
    async with context.unit_of_work() as uow:
        client_id = await qr_owner(uow, qr)
    await context.show(await card_screen(context, client_id))


async def _identify(context: UpdateContext, faces: Sequence[Face]) -> list[Person]:
    model_id, rule = context.gym.faces.model_id, context.gym.match_rule
    people: list[Person] = []
    async with context.unit_of_work() as uow:
        for face in faces:
            known = await FaceRecognitionService(uow).identify(Probe.of(face, model_id), rule)
            client = await ClientService(uow).get(known.client_id) if known.client_id else None
            people.append((known.outcome, client))
    return people


async def _show_one(context: UpdateContext, reading: PhotoReading, person: Person) -> None:
    outcome, client = person
    if client is not None:
        await context.show(await card_screen(context, client.id))
        return
    t = context.t
    if outcome is MatchOutcome.UNCERTAIN:
        text = t("🤔 Not sure who this is. Send another photo from the front, or search by name.")
    else:
        text = t("🙂 I do not know this face. A new client, or somebody without a face photo?")
    # A photo that would be refused when the client is saved is not offered for it: it takes half a minute of
    # questions until then.
    fault = enrolment_fault(reading.faces[0].quality)
    if fault is not None:
        why = Html(say_error(t, fault))
        text += "\n\n" + t("⚠️ Not good enough to register a face with: {why}", why=why)
    # The picture is shown again with the question: after consent its photo can become the client's.
    picture = await context.gym.faces.run(encode_jpeg, reading.pixels)
    await context.show(Screen(text, _unknown_rows(t, enrolls=fault is None), photo=picture))


def _not_to_be_read(t: HtmlTranslator, fault: PhotoFault) -> Screen:
    """What was wrong with the photo, and the ways to somebody whom it does not show."""
    ways = [button(t("🔎 Search by name"), ClientSearch()), button(t("➕ Register"), RegisterClient())]
    return Screen(say_error(t, fault), [ways, nav(t)])


def _unknown_rows(t: HtmlTranslator, *, enrolls: bool) -> list[Row]:
    register = button(t("➕ Register with this photo"), RegisterWithPhoto(), wide=True)
    if not enrolls:
        register = button(t("➕ Register"), RegisterClient(), wide=True)
    return [[register], [button(t("🔎 Search by name"), ClientSearch(), wide=True)], nav(t)]


async def _show_several(context: UpdateContext, reading: PhotoReading, people: Sequence[Person]) -> None:
    t = context.t
    boxes = [face.box for face in reading.faces]
    picture = await context.gym.faces.run(draw_numbered_boxes, reading.pixels, boxes)
    rows = [[_person_button(t, number, *person)] for number, person in enumerate(people, start=1)]
    text = t.plural("{count} face. Who is it?", "{count} faces. Whose card?", len(people))
    await context.show(Screen(text, [*rows, nav(t)], photo=picture))


def _person_button(t: HtmlTranslator, number: int, outcome: MatchOutcome, client: Client | None) -> Button:
    if client is not None:
        return button(f"{number} · {client.full_name}", Card(client.id), wide=True)
    if outcome is MatchOutcome.UNCERTAIN:
        return button(t("{number} · not sure, search", number=number), ClientSearch(), wide=True)
    return button(t("{number} · unknown, register", number=number), RegisterClient(), wide=True)


# Letting in ───────────────────────────────────────────────────────────────────────────────────────────────


@router.on(CheckInClient)
async def check_in(context: UpdateContext, press: CheckInClient) -> None:
    """Check in. The verdict is a new message, so that the card stays where it is and its button works
    again."""
    key = press_key(context)
    client = ClientCredential(press.client_id, anew=True)
    verdict, sells = await context.run(
        lambda uow: _with_shop(uow, AttendanceService(uow).check_in(client, key=key))
    )
    await context.answer(context.t("👤 {client}", client=verdict.client_name))
    await context.say(verdict_screen(context, verdict, sells=sells))


async def _with_shop(uow: UnitOfWork, judging: Awaitable[Verdict]) -> tuple[Verdict, bool]:
    """A verdict, and whether there is anything to sell after it."""
    return await judging, await CatalogueService(uow).sells()


# Against the verdict, and back ────────────────────────────────────────────────────────────────────────────


@router.on(AdmitAnyway)
async def admit_anyway(context: UpdateContext, press: AdmitAnyway) -> None:
    await begin(context, ADMISSION, {"check_in_id": press.check_in_id})


async def _admit(ctx: FormContext) -> Screen:
    check_in_id, reason = ctx.value("check_in_id", UUID), ctx.value("reason", str)
    verdict, sells = await ctx.run(
        lambda uow: _with_shop(uow, AttendanceService(uow).admit_anyway(check_in_id, reason, key=ctx.key))
    )
    return verdict_screen(ctx.context, verdict, sells=sells)


ADMISSION = router.form(
    Form(
        name="admission",
        title=N_("Admit anyway"),
        steps=[reason_step(N_("Why may this client come in? Admins are told. Write it in a few words."))],
        submit=_admit,
        confirm=None,
    )
)


@router.on(UndoCheckIn, Surface.DESK)
async def undo(context: UpdateContext, press: UndoCheckIn) -> None:
    """Undo in place. A group reads whose entry it was and who took it back: others saw it recorded."""
    row, client = await context.run(lambda uow: _undone(uow, press.check_in_id))
    t, staff = context.t, context.identity.staff
    if not context.is_private and client is not None and staff is not None:
        text = t(
            "↩️ <b>{client}</b>: the entry of {at} was undone by {name}.",
            client=client.full_name,
            at=row.at,
            name=staff.name,
        )
        await context.show(Screen(text, [[button(t("👤 Card"), Card(client.id))]]))
        return
    text = t("↩️ The visit of {at} is undone.", at=row.at)
    rows: list[Row] = []
    if row.client_id is not None:
        rows = [[button(t("✅ Check in"), CheckInClient(row.client_id))]]
    back = Card(row.client_id) if row.client_id else None
    await context.show(Screen(text, [*rows, nav(t, back=back)]))


async def _undone(uow: UnitOfWork, check_in_id: UUID) -> tuple[CheckIn, Client | None]:
    row = await AttendanceService(uow).undo(check_in_id)
    return row, await ClientService(uow).get(row.client_id) if row.client_id else None
