"""Receipts as PDFs: every fact in the client's language, whatever the names look like."""

from __future__ import annotations

import asyncio
import logging
import warnings
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gym.core.database.ids import new_id
from gym.payments.models import Method
from gym.payments.receipts.pdf import MARGIN, WIDTH, draw_receipt, draw_together
from gym.payments.receipts.wording import worded, worded_together
from gym.payments.schemas import Receipt
from gym.settings.schemas import GymSettings
from tests.support.pdfs import only_fonts_of, pages, picture, spaced

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
    "Page 1 of {nb}",
    "שרה כהן محمد علي " * 4,
)


def words(receipt: Receipt, language: str = "en", settings: GymSettings = SETTINGS) -> str:
    paper = worded(receipt, settings, settings.translator(language))
    rows = [f"{label}: {value}" for label, value in paper.rows]
    parts = [paper.gym, paper.title, paper.moment, *rows, *paper.total, *paper.rest, paper.remark]
    return "\n".join([*parts, paper.footer, paper.stamp])


def drawn(receipt: Receipt, language: str = "en", settings: GymSettings = SETTINGS) -> bytes:
    return draw_receipt(receipt, settings, settings.translator(language))


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


@pytest.mark.parametrize("language", ["en", "es"])
def test_everything_that_it_says_can_be_read_copied_and_searched_in_the_file(language: str) -> None:
    owing = replace(RECEIPT, balance_after=Decimal("50000.50"), method=Method.CREDIT, voided=True)
    paper = worded(owing, SETTINGS, SETTINGS.translator(language))
    [page] = pages(drawn(owing, language))
    said = [paper.gym, paper.title, paper.moment, paper.remark, *paper.footer.splitlines(), paper.stamp]
    for fact in [*said, *(f"{label} {value}" for label, value in (*paper.rows, paper.total, paper.rest))]:
        assert spaced(fact) in page.text
    assert page.embedded
    assert {name.partition("+")[2] for name in page.fonts} == {"DejaVuSansBook", "DejaVuSansBold"}


def test_payments_taken_at_once_are_one_page_with_every_number() -> None:
    t = SETTINGS.translator("es")
    parts = [replace(RECEIPT, number=number, voided=number == 8) for number in (7, 8)]
    [page] = pages(draw_together(parts, SETTINGS, t))
    for label, value in worded_together(parts, SETTINGS, t).rows:
        assert spaced(f"{label} {value}") in page.text


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("voided", [False, True])
def test_any_name_is_one_page_with_everything_on_it(
    name: str, voided: bool, caplog: pytest.LogCaptureFixture
) -> None:
    receipt = replace(RECEIPT, client_name=name, staff_name=name, plan_name=name, voided=voided, note=name)
    receipt = replace(receipt, amount=Decimal("9999999999.99"), balance_after=Decimal("9999999999.99"))
    caplog.set_level(logging.WARNING, logger="fpdf")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = drawn(receipt, "es")
    assert data.startswith(b"%PDF-")
    [page] = pages(data)
    assert page.width == WIDTH
    # A hair: letters may lean over the edge of their box.
    edge = 0 if voided else MARGIN - 0.5
    for glyph in page.glyphs:
        assert edge <= glyph.left <= glyph.right <= page.width - edge, glyph
        assert 0 <= glyph.top <= glyph.bottom <= page.height, glyph
    assert not [record for record in caplog.records if record.name.startswith("fpdf")]


@settings(max_examples=25, deadline=None)
@given(name=st.text(max_size=60), footer=st.text(max_size=200))
def test_no_text_whatever_keeps_a_receipt_from_being_drawn(name: str, footer: str) -> None:
    own = replace(RECEIPT, client_name=name, plan_name=name[::-1], note=footer, voided=True)
    [page] = pages(drawn(own, "es", SETTINGS.model_copy(update={"name": name, "receipt_footer": footer})))
    assert "ANULADO" in page.text


def test_a_name_stands_four_times_where_it_is_client_plan_staff_and_note() -> None:
    for name in ("Rosa Vargas", "$5 and $6 \\frac{1}{2}", "Page 1 of {nb}", "Анна Ωμέγα"):
        [page] = pages(drawn(replace(RECEIPT, client_name=name, staff_name=name, plan_name=name, note=name)))
        assert page.text.count(name) == 4


def test_a_long_value_is_wrapped_and_leaves_its_label_alone() -> None:
    [page] = pages(drawn(replace(RECEIPT, plan_name="Wide Monthly Membership " * 6)))
    label = page.place("Plan")
    value = page.place("WideMonthlyMembership" * 6)
    assert len({round(glyph.bottom, 1) for glyph in value if glyph.letter == "W"}) > 2
    assert max(glyph.right for glyph in label) < min(glyph.left for glyph in value)


def test_label_and_first_line_of_a_value_stand_on_one_baseline() -> None:
    [page] = pages(drawn(RECEIPT))
    for label, value in (("Client", "Rosa"), ("Paid", "$150,000")):
        ends = [page.place(words)[-1].bottom for words in (label, value)]
        assert ends[0] == pytest.approx(ends[1], abs=0.25)


def test_a_void_receipt_is_stamped_across_its_middle_and_can_still_be_read() -> None:
    plain, void = (drawn(replace(RECEIPT, voided=voided)) for voided in (False, True))
    [before], [after] = pages(plain), pages(void)
    stamp = after.place("VOID")
    assert "VOID" not in before.text
    assert stamp[0].bottom > stamp[-1].bottom, "it rises"
    middle = (stamp[0].left + stamp[-1].right) / 2, (stamp[0].bottom + stamp[-1].top) / 2
    assert middle == (pytest.approx(after.width / 2, abs=2), pytest.approx(after.height / 2, abs=2))
    below, above = picture(plain), picture(void)
    ink, stamped = below < 90, (below > 250) & (above < 200)
    assert np.median(above[ink]) + 60 < np.median(above[stamped]), "what lies below shows through"


def test_a_name_that_no_font_has_stands_in_latin_letters() -> None:
    with only_fonts_of():
        [page] = pages(drawn(replace(RECEIPT, client_name="김민수", staff_name="李小龍 Bruno 🌸")))
    assert "GimMinSu" in page.text
    assert "LiXiaoLong Bruno" in page.text


def test_the_same_facts_are_the_same_file() -> None:
    assert drawn(RECEIPT) == drawn(RECEIPT)


def test_it_is_a_small_file() -> None:
    assert len(drawn(replace(RECEIPT, voided=True))) < 40_000


async def test_several_are_drawn_at_the_same_time() -> None:
    receipts = [replace(RECEIPT, number=number) for number in range(1, 5)]
    alone = [drawn(receipt) for receipt in receipts]
    drawing = (asyncio.to_thread(drawn, receipt) for receipt in receipts)
    assert await asyncio.gather(*drawing) == alone
