"""Documents sent as files (receipts and cards as PDF, exports as ZIP), drawn outside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from bot.ui.update_context import UpdateContext
from gym.attendance.cards.printed_sheets import IssuedCard
from gym.clients.models import Client
from gym.core.language import Translator
from gym.payments.schemas import JointPart
from gym.privacy.archive import archive
from gym.privacy.schemas import PersonalData
from gym.products.sales.paper import sale_paper
from gym.products.sales.schemas import SaleReceipt
from gym.settings.addresses import bot_link
from gym.settings.schemas import GymSettings


async def send_receipt(context: UpdateContext, parts: Sequence[JointPart], language: str) -> None:
    """Send the receipt as a PDF in the client's language, with whatever was paid together."""
    settings = context.settings
    data = await asyncio.to_thread(_draw, parts, settings, settings.translator(language))
    await context.send_document(data, f"{settings.name}-{parts[0].number}.pdf")


def _draw(parts: Sequence[JointPart], settings: GymSettings, t: Translator) -> bytes:
    # Loading fpdf2 takes half a second, which is spent here and not when the bot starts.
    from gym.payments.receipts.pdf import draw_together

    return draw_together(parts, settings, t)


async def send_sale(context: UpdateContext, sale: SaleReceipt, language: str) -> None:
    """Send the receipt of a sale of products as a PDF."""
    settings = context.settings
    data = await asyncio.to_thread(_draw_sale, sale, settings, settings.translator(language))
    await context.send_document(data, f"{settings.name}-{sale.at:%Y%m%d-%H%M}.pdf")


def _draw_sale(sale: SaleReceipt, settings: GymSettings, t: Translator) -> bytes:
    from gym.payments.receipts.pdf import draw_paper

    return draw_paper(sale_paper(sale, settings, t), sale.at, settings, t)


async def send_card(context: UpdateContext, client: Client, payload: str) -> None:
    """Send a printed card as a PDF in the client's language."""
    link, t = bot_link(context.settings, payload), context.settings.translator(client.language)
    data = await asyncio.to_thread(_draw_card, client.first_name, link, context.settings.name, context.now, t)
    await context.send_document(data, f"{context.settings.name}-{client.first_name}.pdf")


async def send_sheets(context: UpdateContext, issued: Sequence[IssuedCard]) -> None:
    """Send printed cards on sheets to cut, each in its own client's language."""
    settings = context.settings
    languages = [settings.translator(one.client.language) for one in issued]
    links = [(one.client.first_name, bot_link(settings, one.payload)) for one in issued]
    data = await asyncio.to_thread(_draw_sheets, links, settings.name, context.now, languages)
    await context.send_document(data, f"{settings.name}-{len(issued)}.pdf")


def _draw_sheets(
    links: Sequence[tuple[str, str]], gym_name: str, made_at: datetime, languages: Sequence[Translator]
) -> bytes:
    from gym.attendance.cards.printed_card import PrintedCard, draw_sheets

    return draw_sheets([PrintedCard(*one) for one in links], gym_name, made_at, languages)


async def send_export(context: UpdateContext, data: PersonalData) -> None:
    """Everything that is kept of a client, as a ZIP in the reader's language."""
    settings = context.settings
    reader = settings.translator(context.identity.language)
    packed = await asyncio.to_thread(archive, data, settings, reader)
    words = context.t("Unpack it and open index.html: it says everything in words.")
    await context.send_document(packed, f"{settings.name}-{data.client_name}.zip", words)


def _draw_card(first_name: str, link: str, gym_name: str, made_at: datetime, t: Translator) -> bytes:
    from gym.attendance.cards.printed_card import PrintedCard, draw_card

    return draw_card(PrintedCard(first_name, link), gym_name, made_at, t)
