"""Kiosks: pairing codes for new ones, and unpairing."""

from __future__ import annotations

from uuid import UUID

from bot.callbacks import Callback, callback
from bot.keyboards import button, nav, pager
from bot.render import Html, Screen
from bot.routing import Audience, Router
from bot.turn import Turn
from gym.core.language import N_
from gym.kiosks.service import KioskService
from gym.security.permissions import Permission

router = Router(Audience.STAFF)
DOOR = N_("Door")


@callback("kiosks")
class Kiosks(Callback):
    page: int = 0


@callback("kiosk")
class KioskCard(Callback):
    kiosk_id: UUID


@callback("kpair", changes=True)
class PairKiosk(Callback):
    """A code for a new one."""


@callback("kunp", changes=True)
class Unpair(Callback):
    kiosk_id: UUID


router.home(N_("🚪 Kiosks"), Kiosks(), Permission.MANAGE_KIOSKS)


@router.on(Kiosks)
async def kiosks(turn: Turn, tap: Kiosks) -> None:
    async with turn.unit_of_work() as uow:
        page = await KioskService(uow).page(tap.page)
    t = turn.t
    rows = [
        [button(("" if one.active else "⏸ ") + one.name, KioskCard(one.id), wide=True)] for one in page.items
    ]
    text = t("<b>Kiosks</b>") if page.items else t("<b>Kiosks</b>\n\nNone is paired yet.")
    pair = [button(t("➕ Pair a kiosk"), PairKiosk())]
    await turn.show(Screen(text, [*rows, pager(page.number, page.pages, Kiosks), pair, nav(t)]))


@router.on(PairKiosk)
async def pair(turn: Turn, _: PairKiosk) -> None:
    """Nine digits to type on the device, in three groups."""
    t = turn.t
    async with turn.unit_of_work() as uow:
        issued = await KioskService(uow).new_code(t(DOOR))
    grouped = " ".join(issued.code[start : start + 3] for start in (0, 3, 6))
    text = t(
        "Open the kiosk page on the device and type:\n\n<code>{code}</code>\n\n"
        "It works once, for ten minutes.",
        code=Html(grouped),
    )
    await turn.show(Screen(text, [nav(t, back=Kiosks())]))


@router.on(KioskCard)
async def kiosk(turn: Turn, tap: KioskCard) -> None:
    async with turn.unit_of_work() as uow:
        one = await KioskService(uow).get(tap.kiosk_id)
    t = turn.t
    text = t("🚪 <b>{name}</b>\nPaired {at}", name=one.name, at=one.paired_at)
    if one.last_seen_at is not None:
        text += "\n" + t("Last seen {at}", at=one.last_seen_at)
    rows = [[button(t("Unpair"), Unpair(one.id))]] if one.active else []
    if not one.active:
        text += "\n" + t("⏸ Unpaired.")
    await turn.show(Screen(text, [*rows, nav(t, back=Kiosks())]))


@router.on(Unpair)
async def unpair(turn: Turn, tap: Unpair) -> None:
    async with turn.unit_of_work() as uow:
        await KioskService(uow).revoke(tap.kiosk_id)
    await turn.go(KioskCard(tap.kiosk_id))
