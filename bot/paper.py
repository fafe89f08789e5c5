"""Papers that are sent as files: drawn beside the event loop."""

from __future__ import annotations

import asyncio

from bot.turn import Turn
from gym.core.language import Translator
from gym.payments.schemas import Receipt
from gym.settings.schemas import GymSettings


async def send_receipt(turn: Turn, receipt: Receipt, language: str) -> None:
    """The receipt as a PDF in the client's language."""
    settings = turn.settings
    data = await asyncio.to_thread(_draw, receipt, settings, settings.translator(language))
    await turn.send_document(data, f"{settings.name}-{receipt.number}.pdf")


def _draw(receipt: Receipt, settings: GymSettings, t: Translator) -> bytes:
    # Loading matplotlib takes a second, which is spent here and not when the bot starts.
    from gym.payments.receipt_pdf import draw_receipt

    return draw_receipt(receipt, settings, t)
