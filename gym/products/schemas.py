"""Input of products, and parsers of their typed values: name, codes, category, tax, pieces."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from gym.core.money import LARGEST, to_cents
from gym.core.reading.counts import read_count
from gym.core.reading.percentages import read_percent
from gym.products.errors import (
    CategoryInvalid,
    PiecesInvalid,
    ProductCodeInvalid,
    ProductNameInvalid,
    TaxInvalid,
)
from gym.products.models import Product, ProductPrice

MOST_PIECES: Final = 100_000
"""Of one product at once; more is a slip of the finger."""
_PIECES: Final = (
    "unidad unidades und unds u pieza piezas pieces piece pcs pc unit units botella botellas bottle bottles"
    " caja cajas box boxes lata latas can cans barra barras bar bars"
)
PIECES: Final = frozenset(_PIECES.split())
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{1,38}[A-Za-z0-9]")


class ProductInput(BaseModel):
    """A new product with its first price."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(min_length=2, max_length=80)
    price: Decimal = Field(gt=0, le=LARGEST)
    category: str | None = Field(default=None, max_length=40)
    sku: str | None = Field(default=None, max_length=40)
    barcode: str | None = Field(default=None, max_length=64)
    tax_percent: Decimal = Field(default=Decimal(0), ge=0, le=100)
    minimum: int = Field(default=0, ge=0, le=MOST_PIECES)
    maximum: int | None = Field(default=None, ge=0, le=MOST_PIECES)


class ProductChanges(BaseModel):
    """What to change; a field that is not set stays, one set to None is emptied."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(default="", min_length=2, max_length=80)
    category: str | None = Field(default=None, max_length=40)
    sku: str | None = Field(default=None, max_length=40)
    barcode: str | None = Field(default=None, max_length=64)
    tax_percent: Decimal = Field(default=Decimal(0), ge=0, le=100)
    minimum: int = Field(default=0, ge=0, le=MOST_PIECES)
    maximum: int | None = Field(default=None, ge=0, le=MOST_PIECES)


@dataclass(frozen=True, slots=True)
class PricedProduct:
    """A product with its price on one day."""

    product: Product
    price: Decimal
    coming: ProductPrice | None = None
    """The price that holds from a later day on, when a change is scheduled."""

    @property
    def is_low(self) -> bool:
        return self.product.quantity <= self.product.minimum


@dataclass(frozen=True, slots=True)
class ScannedCode:
    """A barcode read from a picture, as it is kept, and whose it is."""

    code: str
    found: PricedProduct | None


@dataclass(frozen=True, slots=True)
class ToBuy:
    """One line of the shopping list."""

    product: Product
    pieces: int
    """Up to the most to keep, or else to twice the low mark; at least one."""

    @property
    def cost(self) -> Decimal:
        """At the average of what was paid before, in cents."""
        return to_cents(self.pieces * self.product.average_cost)


def parse_product_name(text: str) -> str:
    """Raises `ProductNameInvalid`."""
    name = " ".join(text.split())
    if not 2 <= len(name) <= 80:
        raise ProductNameInvalid
    return name


def parse_product_code(text: str) -> str:
    """A barcode or SKU, without spaces and in capitals. Raises `ProductCodeInvalid`."""
    code = "".join(text.split()).upper()
    if not _CODE.fullmatch(code):
        raise ProductCodeInvalid
    return code


def readable_code(text: str) -> str | None:
    """As `parse_product_code`, of what a picture says: None for what no product could have."""
    try:
        return parse_product_code(text)
    except ProductCodeInvalid:
        return None


def same_codes(code: str) -> tuple[str, ...]:
    """A code as it may have been typed in: a UPC is an EAN-13 that begins with 0, printed without it."""
    if code.isdecimal() and len(code) == 12:
        return code, f"0{code}"
    return (code, code[1:]) if code.isdecimal() and len(code) == 13 and code.startswith("0") else (code,)


def parse_category(text: str) -> str:
    """Raises `CategoryInvalid`."""
    category = " ".join(text.split())
    if not 2 <= len(category) <= 40:
        raise CategoryInvalid
    return category


def parse_tax(text: str) -> Decimal:
    """`19`, `19 %`, `5,5%`. Raises `TaxInvalid`."""
    found = read_percent(text, bare=True)
    if found is None or found > 100:
        raise TaxInvalid
    return found


def parse_pieces(text: str, *, least: int = 1) -> int:
    """`12`, `12 unidades`, `doce`. Raises `PiecesInvalid`."""
    found = read_count(text, PIECES)
    if found is None or not least <= found <= MOST_PIECES:
        raise PiecesInvalid
    return found
