"""Kiosks: pairing codes, the PIN that leaves the page, the door relay, and unpairing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.opening import begin
from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import CardsToPrint
from bot.ui.buttons.door import AskUnpair, KioskCard, KioskList, Unpair
from bot.ui.buttons.menu import ManageGroup, MenuGroup
from bot.ui.buttons.staff import SignIns, SignInsOf
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import button, nav, pager, yes_no
from bot.ui.screens import Html, HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from gym.core.language import N_
from gym.kiosks.models import Kiosk
from gym.kiosks.schemas import parse_door_address, parse_exit_pin
from gym.kiosks.service import KioskService
from gym.security.permissions import Permission
from gym.security.pins import Pins
from gym.settings.addresses import is_only_here, web_address

router = Router(Audience.STAFF)
DOOR = N_("Door")
NOTHING: Final = ""
"""The answer that removes a setting."""


@callback("kpair", changes=True)
class PairKiosk(Callback):
    """Make a pairing code for a new kiosk."""


@callback("kpin")
class ExitPin(Callback):
    """Ask for the PIN that leaves the kiosk's page."""

    kiosk_id: UUID


@callback("kdoor")
class DoorRelay(Callback):
    """Ask for the address that is called when somebody is let in."""

    kiosk_id: UUID


router.manage(MenuGroup.DOOR, N_("🚪 Kiosks"), KioskList(), Permission.MANAGE_KIOSKS)


@router.on(KioskList)
async def kiosks(context: UpdateContext, press: KioskList) -> None:
    async with context.unit_of_work() as uow:
        page = await KioskService(uow).page(press.page)
    t = context.t
    rows = [
        [button(("" if one.active else "⏸ ") + one.name, KioskCard(one.id), wide=True)] for one in page.items
    ]
    text = t("<b>Kiosks</b>") if page.items else t("<b>Kiosks</b>\n\nNone is paired yet.")
    pair = [button(t("➕ Pair a kiosk"), PairKiosk()), button(t("🪪 QR cards"), CardsToPrint())]
    await context.show(
        Screen(
            text,
            [
                *rows,
                pager(page.number, page.pages, KioskList),
                pair,
                nav(t, back=ManageGroup(MenuGroup.DOOR)),
            ],
        )
    )


@router.on(PairKiosk)
async def pair(context: UpdateContext, _: PairKiosk) -> None:
    """Ask for the PIN first: without one whoever stands at the kiosk can leave its page."""
    context.identity.desk_actor.require(Permission.MANAGE_KIOSKS)
    await begin(context, PAIRING, back=KioskList())


async def _pairing_code(ctx: FormContext) -> Screen:
    """A pairing code: nine digits to type on the device, in three groups."""
    t = ctx.t
    async with ctx.unit_of_work() as uow:
        issued = await KioskService(uow).new_code(t(DOOR), ctx.value("pin", str) or None)
        host = web_address(ctx.context.gym.config, uow.settings)
    text = t(
        "Open the kiosk page on the device and type:\n\n<code>{code}</code>\n\n"
        "It works once, for ten minutes.",
        code=Html(issued.grouped),
    )
    text += "\n\n" + t("The page: {address}", address=f"{host}/kiosk/")
    if is_only_here(host):
        text += "\n" + t(
            "It opens on the gym's computer only. For a tablet run <code>python -m gym certificate</code> "
            "there."
        )
    return Screen(text, [nav(t, back=KioskList())], secret=True)


@router.on(KioskCard)
async def kiosk(context: UpdateContext, press: KioskCard) -> None:
    async with context.unit_of_work() as uow:
        one = await KioskService(uow).get(press.kiosk_id)
    await context.show(_screen(context.t, one))


def _screen(t: HtmlTranslator, one: Kiosk) -> Screen:
    lines = [t("🚪 <b>{name}</b>\nPaired {at}", name=one.name, at=one.paired_at)]
    if one.last_seen_at is not None:
        lines.append(t("Last seen {at}", at=one.last_seen_at))
    if not one.active:
        return Screen("\n".join([*lines, t("⏸ Unpaired.")]), [nav(t, back=KioskList())])
    lines.append(
        t("Leaving its page needs the PIN.") if one.exit_pin_hash else t("Anybody may leave its page.")
    )
    if one.door_address:
        lines.append(t("Opens the door at {address}", address=one.door_address))
    set_up = [button(t("🔢 Exit PIN"), ExitPin(one.id)), button(t("🔓 Door relay"), DoorRelay(one.id))]
    ends = [
        button(t("🔐 Sign-ins"), SignIns(one.id, SignInsOf.KIOSK)),
        button(t("Unpair"), AskUnpair(one.id)),
    ]
    return Screen("\n".join(lines), [set_up, ends, nav(t, back=KioskList())])


# The PIN and the door ─────────────────────────────────────────────────────────────────────────────────────


@router.on(ExitPin)
async def exit_pin(context: UpdateContext, press: ExitPin) -> None:
    await _begin(context, PIN, press.kiosk_id)


@router.on(DoorRelay)
async def door_relay(context: UpdateContext, press: DoorRelay) -> None:
    await _begin(context, RELAY, press.kiosk_id)


async def _begin(context: UpdateContext, form: Form, kiosk_id: UUID) -> None:
    async with context.unit_of_work() as uow:
        one = await KioskService(uow).get(kiosk_id)
    values = {"kiosk_id": one.id, "pin_now": one.exit_pin_hash, "door_now": one.door_address}
    await begin(context, form, values, back=KioskCard(one.id))


async def _hashed(text: str, ctx: FormContext) -> str:
    """The PIN's hash, which is all that the draft keeps."""
    return await asyncio.to_thread(Pins(ctx.context.gym.secrets.jwt).hash, parse_exit_pin(text))


async def _no_pin(ctx: FormContext) -> Sequence[Choice]:
    return [Choice(NOTHING, ctx.t("No PIN"))] if ctx.has("pin_now") else []


async def _no_door(ctx: FormContext) -> Sequence[Choice]:
    return [Choice(NOTHING, ctx.t("No door"))] if ctx.has("door_now") else []


async def _save_pin(ctx: FormContext) -> Screen:
    async with ctx.unit_of_work() as uow:
        service, hashed = KioskService(uow), ctx.value("pin", str)
        return _screen(ctx.t, await service.set_exit_pin(ctx.value("kiosk_id", UUID), hashed or None))


async def _save_door(ctx: FormContext) -> Screen:
    async with ctx.unit_of_work() as uow:
        service, address = KioskService(uow), ctx.value("door", str)
        return _screen(ctx.t, await service.set_door(ctx.value("kiosk_id", UUID), address or None))


PAIRING = router.form(
    Form(
        name="pair_kiosk",
        title=N_("Pair a kiosk"),
        steps=[
            Step(
                "pin",
                N_("PIN"),
                N_(
                    "Which 4 to 8 digits must be typed on the kiosk to leave its page? Without a PIN anybody "
                    "at the door can leave it."
                ),
                parse=_hashed,
                choices=[Choice(NOTHING, N_("No PIN"))],
            )
        ],
        submit=_pairing_code,
        confirm=None,
    )
)
PIN = router.form(
    Form(
        name="kiosk_pin",
        title=N_("Exit PIN"),
        steps=[
            Step(
                "pin",
                N_("PIN"),
                N_("Which 4 to 8 digits must be typed on the kiosk to leave its page?"),
                parse=_hashed,
                choices=_no_pin,
            )
        ],
        submit=_save_pin,
        confirm=None,
    )
)
RELAY = router.form(
    Form(
        name="kiosk_door",
        title=N_("Door relay"),
        steps=[
            Step(
                "door",
                N_("Address"),
                N_(
                    "Which address opens the door? It is called whenever this kiosk lets somebody in, "
                    "such as http://192.168.1.50/open."
                ),
                parse=lambda text, _: parse_door_address(text),
                choices=_no_door,
            )
        ],
        submit=_save_door,
        confirm=None,
    )
)


@router.on(AskUnpair)
async def ask_unpair(context: UpdateContext, press: AskUnpair) -> None:
    async with context.unit_of_work() as uow:
        one = await KioskService(uow).get(press.kiosk_id)
    t = context.t
    text = t(
        "Unpair <b>{kiosk}</b>? It lets nobody in any more, at once, until an admin pairs it again with a "
        "new code.",
        kiosk=one.name,
    )
    await context.show(Screen(text, [yes_no(t, button(t("Unpair"), Unpair(one.id)), KioskCard(one.id))]))


@router.on(Unpair)
async def unpair(context: UpdateContext, press: Unpair) -> None:
    async with context.unit_of_work() as uow:
        await KioskService(uow).revoke(press.kiosk_id)
    await go(context, KioskCard(press.kiosk_id))
