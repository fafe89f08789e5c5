"""Receipts on paper: every fact in the client's words, whatever the names look like."""

from __future__ import annotations

import asyncio
import warnings
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from gym.core.database.ids import new_id
from gym.core.text_layout import MISSING, drawable, wrapped
from gym.payments.models import Method
from gym.payments.receipt_pdf import draw_receipt, lay_out, worded
from gym.payments.schemas import Receipt
from gym.settings.schemas import GymSettings

SETTINGS = GymSettings(name="PowerGym Centro", receipt_footer="NIT 900.123.456-7\nGracias")
RECEIPT = Receipt(
    number=1284,
    entry_id=UUID(int=1),
    client_id=new_id(),
    client_name="Rosa Vargas",
    amount=Decimal(150000),
    method=Method.CASH,
    balance_after=Decimal(0),
    at=datetime(2026, 8, 4, 4, 30, tzinfo=UTC),
    staff_name="Bruno Díaz",
    plan_name="Monthly",
    subscription_id=new_id(),
    starts_on=date(2026, 8, 3),
    ends_on=date(2026, 9, 2),
)
NAMES = (
    "Rosa Vargas",
    "María de los Ángeles Hinojosa-Villavicencio Echeverría de la Santísima Trinidad",
    "X" * 160,
    "Анна Ωμέγα محمد علي",
    "李小龍 สมชาย 🌸",
    "$5 and $6 \\frac{1}{2}",
)


def words(receipt: Receipt, language: str = "en", settings: GymSettings = SETTINGS) -> str:
    paper = worded(receipt, settings, settings.translator(language))
    rows = [f"{label}: {value}" for label, value in paper.rows]
    parts = [paper.gym, paper.title, paper.moment, *rows, *paper.total, *paper.rest, paper.remark]
    return "\n".join([*parts, paper.footer, paper.stamp])


def test_a_receipt_says_who_what_how_and_how_much_in_gym_time() -> None:
    said = words(RECEIPT)
    for fact in ("PowerGym Centro", "Receipt № 1284", "3 Aug 2026, 23:30", "Client: Rosa Vargas", "$150,000"):
        assert fact in said
    for fact in ("Plan: Monthly", "Until: Wed, 2 Sep 2026", "Method: Cash", "Paid in full.", "Gracias"):
        assert fact in said
    assert "VOID" not in said
    assert "Paid on" not in said


def test_it_speaks_the_clients_language() -> None:
    assert "$150.000" in words(RECEIPT, "es")
    assert "mié 2 sept 2026" in words(RECEIPT, "es")


def test_what_is_still_owed_where_it_went_and_when_it_came_are_said() -> None:
    later = replace(
        RECEIPT,
        balance_after=Decimal("50000.50"),
        method=Method.TRANSFER,
        destination="Bancolombia 123",
        paid_on=date(2026, 8, 1),
        note="her mother paid",
    )
    said = words(later)
    for fact in ("Still to pay", "$50,000.50", "Account: Bancolombia 123", "Paid on: Sat, 1 Aug 2026"):
        assert fact in said
    assert "Note: her mother paid" in said
    assert "Paid on" not in words(replace(RECEIPT, paid_on=date(2026, 8, 3)))


def test_a_voided_one_is_stamped_and_one_on_credit_says_so() -> None:
    assert words(replace(RECEIPT, voided=True)).endswith("VOID")
    assert "no money changed hands" in words(replace(RECEIPT, method=Method.CREDIT))


def test_without_a_footer_it_thanks() -> None:
    assert "Thank you!" in words(RECEIPT, settings=GymSettings())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("voided", [False, True])
def test_any_name_is_one_page_with_everything_on_it(name: str, voided: bool) -> None:
    receipt = replace(RECEIPT, client_name=name, staff_name=name, plan_name=name, voided=voided, note=name)
    receipt = replace(receipt, amount=Decimal("9999999999.99"), balance_after=Decimal("9999999999.99"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = draw_receipt(receipt, SETTINGS, SETTINGS.translator("es"))
    assert data.startswith(b"%PDF-")
    assert data.count(b"/Type /Page ") == 1
    figure = lay_out(worded(receipt, SETTINGS, SETTINGS.translator("es")))
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    paper = figure.bbox
    for text in figure.texts:
        box = text.get_window_extent(canvas.get_renderer())
        assert paper.x0 <= box.x0 <= box.x1 <= paper.x1, text.get_text()
        assert paper.y0 <= box.y0 <= box.y1 <= paper.y1, text.get_text()


def test_the_same_facts_are_the_same_file() -> None:
    t = SETTINGS.translator("en")
    assert draw_receipt(RECEIPT, SETTINGS, t) == draw_receipt(RECEIPT, SETTINGS, t)


def test_what_no_font_has_is_marked_and_signs_are_left_out() -> None:
    unknown = "\U000187f0"
    assert drawable(f"Ana {unknown} \U0001faf6") == f"Ana {MISSING} "
    assert drawable("Peña  Ñáñez") == "Peña Ñáñez"


def test_lines_are_broken_between_words_and_long_words_anywhere() -> None:
    assert wrapped("one two", 200, 9) == ["one two"]
    lines = wrapped("W" * 100, 30, 9)
    assert "".join(lines) == "W" * 100
    assert len(lines) > 3


async def test_several_are_drawn_at_the_same_time() -> None:
    t = SETTINGS.translator("en")
    receipts = [replace(RECEIPT, number=number) for number in range(1, 5)]
    alone = [draw_receipt(receipt, SETTINGS, t) for receipt in receipts]
    drawing = (asyncio.to_thread(draw_receipt, receipt, SETTINGS, t) for receipt in receipts)
    assert await asyncio.gather(*drawing) == alone
