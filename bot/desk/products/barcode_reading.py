"""Barcodes of a photo, read in the pool of the pictures and looked up among the products."""

from __future__ import annotations

from bot.forms.definition import FormContext, ScannedAnswer
from bot.ui.update_context import UpdateContext
from gym.faces.engine.barcodes import read_barcodes
from gym.products.catalogue import CatalogueService
from gym.products.errors import BarcodeNotFound
from gym.products.schemas import ScannedCode


async def read_code(context: UpdateContext, picture: bytes) -> ScannedCode:
    """The barcode of a picture. Raises `BarcodeNotFound`, `Busy`, and the faults of what is no photo."""
    texts = await context.gym.faces.run(read_barcodes, picture)
    async with context.unit_of_work() as uow:
        scanned = await CatalogueService(uow).by_scan(texts)
    if scanned is None:
        raise BarcodeNotFound
    return scanned


async def scan_code(ctx: FormContext, picture: bytes) -> ScannedAnswer:
    """The number under the bars, as the answer of a form's question."""
    return ScannedAnswer((await read_code(ctx.context, picture)).code)
