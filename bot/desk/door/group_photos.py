"""Check-in by a photo in a desk chat: a quiet reply for an entry, one with the reason for a refusal."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from bot.desk.door.verdicts import UndoCheckIn, has_remarks
from bot.desk.idempotency import message_key
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card, ClientSearch
from bot.ui.keyboards import button
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.verdicts import denial_reason
from gym.attendance.checkin.credentials import ClientCredential
from gym.attendance.checkin.schemas import Verdict
from gym.attendance.checkin.service import AttendanceService
from gym.attendance.models import VerdictCode
from gym.chats.desk_chats import DeskChatService
from gym.clients.models import Client
from gym.clients.service import ClientService
from gym.core.clock import gym_day
from gym.core.language import N_
from gym.faces.engine.reader import Face, Purpose
from gym.faces.errors import PhotoFault
from gym.faces.schemas import MatchOutcome, Probe
from gym.faces.service import FaceRecognitionService
from gym.unit_of_work import UnitOfWork

router = Router(Audience.STAFF)
ENTERED: Final = "👍"
NO_FACE: Final = "🤷"
LATE: Final = timedelta(hours=1)
"""A photo that waited longer, while the gym's machine or line was down, shows somebody who may have left."""
UNKNOWN: Final = N_(
    "🤷 I find no client for this face. Search by name here, or send me the photo in our own chat: there you "
    "can register somebody with it."
)
UNCERTAIN: Final = N_("🤔 Not sure who this is. Send another photo from the front, or search by name.")


@router.group_photo
async def check_in_by_photo(context: UpdateContext) -> None:
    """Check in whom a photo shows, where the desk chat is set to. A picture without a face is no attempt."""
    async with context.unit_of_work() as uow:
        chat = await DeskChatService(uow).here(context.chat_id, context.topic_id)
    if chat is None or not chat.checks_in:
        return
    try:
        reading = await context.gym.faces.read(await context.photo_bytes(), Purpose.IDENTIFY_ALL)
    except PhotoFault:
        await context.react(NO_FACE)
        return
    match reading.faces:
        case []:  # a code alone
            await context.react(NO_FACE)
        case [face]:
            await _check_in(context, face, chat.id)
        case faces:
            await context.quote(_several(context, len(faces)))


async def _check_in(context: UpdateContext, face: Face, desk_chat_id: UUID) -> None:
    probe, rule = Probe.of(face, context.gym.faces.model_id), context.gym.match_rule
    key, late_from = message_key(context), _late_from(context)

    async def work(uow: UnitOfWork) -> Verdict | Client | MatchOutcome:
        known = await FaceRecognitionService(uow).identify(probe, rule)
        if known.client_id is None:
            return known.outcome
        if late_from is not None:
            return await ClientService(uow).get(known.client_id)
        credential = ClientCredential(known.client_id, answered_in=desk_chat_id)
        return await AttendanceService(uow).check_in(credential, key=key)

    found = await context.run(work)
    match found:
        case MatchOutcome():
            await context.quote(_nobody(context, found))
        case Client():
            await context.quote(_not_checked_in(context, found, late_from or context.now))
        case Verdict(admitted=False):
            await context.quote(_refused(context, found))
        case Verdict():
            await context.react(ENTERED)
            await context.quote(_entered(context, found))


def _late_from(context: UpdateContext) -> datetime | None:
    """When the photo was sent, if that is over an hour ago or on an earlier gym day: a check-in of now would
    count a visit of another day, or of somebody who is not here."""
    if context.message is None:
        return None
    sent = context.message.date
    is_earlier_day = gym_day(sent, context.settings.zone) < context.today
    return sent if is_earlier_day or context.now - sent > LATE else None


def _entered(context: UpdateContext, verdict: Verdict) -> Screen:
    """Without a sound, so that a busy group is not flooded: the name, for a false match spends somebody
    else's visit unseen. With one where there is more to read; what it is stands on the card alone."""
    t = context.t
    lines = [t("✅ <b>{client}</b>: entry recorded.", client=verdict.client_name)]
    if verdict.code is VerdictCode.REENTRY:
        lines.append(t("Second time today; it does not count again."))
    told = has_remarks(context, verdict)
    if told:
        lines.append(t("⚠️ There is more to read: see the card."))
    card = [button(t("👤 Card"), Card(verdict.client_id))] if verdict.client_id else []
    return Screen("\n".join(lines), [[button(t("↩️ Undo"), UndoCheckIn(verdict.id)), *card]], silent=not told)


def _not_checked_in(context: UpdateContext, client: Client, sent: datetime) -> Screen:
    t = context.t
    text = t(
        "🕐 <b>{client}</b>: this photo is from {when}, so nobody was checked in.",
        client=client.full_name,
        when=sent,
    )
    return Screen(text, [[button(t("👤 Card"), Card(client.id))]])


def _nobody(context: UpdateContext, outcome: MatchOutcome) -> Screen:
    t = context.t
    text = t(UNCERTAIN if outcome is MatchOutcome.UNCERTAIN else UNKNOWN)
    return Screen(text, [[button(t("🔎 Search by name"), ClientSearch())]])


def _refused(context: UpdateContext, verdict: Verdict) -> Screen:
    """The card, which opens in the own chat of whoever presses it, has all that can be done about it."""
    t = context.t
    text = t("⛔ <b>{client}</b> may not come in.", client=verdict.client_name)
    keyboard = [[button(t("👤 Card"), Card(verdict.client_id))]] if verdict.client_id else []
    return Screen(f"{text}\n{denial_reason(t, verdict)}", keyboard)


def _several(context: UpdateContext, count: int) -> Screen:
    text = context.t(
        "👥 {count} faces: a photo here checks in one person. Send it to me in our own chat, and choose.",
        count=count,
    )
    return Screen(text)
