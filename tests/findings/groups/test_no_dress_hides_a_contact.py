"""A phone, an e-mail or a link in free text never reaches a group, however it is written."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.ui.masking import MOST_DIGITS, mask_contacts
from bot.ui.surfaces import mask_payload

SEPARATORS: Final = (
    *("", " ", "-", ".", "/", "_", "'", "·", ",", ":", ";", "*", "~", "|", "+", "#", "=", "\n", "\t", "–"),
    *("—", " - ", " / ", " · ", " . ", ") ", "...", " -- ", "a", "x", " y ", " luego ", " and then ", "OO"),
    *("é", "📞", "'’'", "\u200b", "\u00ad", "\u2060", "\u00a0", "\u202f", "\ufe0f\u20e3"),
)
SCRIPTS: Final = (
    *("0123456789", "٠١٢٣٤٥٦٧٨٩", "０１２３４５６７８９", "⁰¹²³⁴⁵⁶⁷⁸⁹"),
    *("०१२३४५६७८९", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"),
)
WORDS: Final = ("llamar", "al", "lesión de rodilla", "his mother:", "¡ojo!", "(papá)", "viene tarde", "")
words = st.sampled_from(WORDS)
AT: Final = ("@", " @ ", "@ ", " at ", "(at)", " (at) ", "[at]", " arroba ", "＠", " AT ")
DOT: Final = (".", " . ", " dot ", "(dot)", " punto ", " [.] ", "．", "·", "。", "\u200b.\u200b", " DOT ")


@st.composite
def dressed_numbers(draw: st.DrawFn) -> tuple[str, str]:
    """The digits, and how somebody writes them."""
    digits = draw(st.text("0123456789", min_size=6, max_size=12))
    script = draw(st.sampled_from(SCRIPTS))
    separator = st.sampled_from(SEPARATORS)
    one_for_all = draw(st.one_of(st.none(), separator))
    written = draw(st.sampled_from(("", "+", "(", "+57 ", "tel.", "№")))
    for place, digit in enumerate(digits):
        if place and draw(st.booleans()):
            written += draw(separator) if one_for_all is None else one_for_all
        written += script[int(digit)]
    return digits, f"{draw(words)} {written} {draw(words)}".strip()


def digits_of(text: str) -> str:
    return "".join(str(unicodedata.digit(sign)) for sign in text if unicodedata.digit(sign, None) is not None)


@given(dressed_numbers())
@settings(max_examples=600, deadline=None)
@example(("3001234567", "300 - 123 - 4567"))
@example(("3001234567", "300/123/4567"))
@example(("3001234567", "300·123·4567"))
@example(("3001234567", "300_123_4567"))
@example(("3001234567", "300'123'4567"))
@example(("3001234567", "300\u200b123\u200b4567"))
@example(("3001234567", "3 0 0 x 1 2 3 x 4 5 6 7"))
@example(("3001234567", "30/01/2345/67"))
@example(("3001234567", "30.01.2012.34"))
def test_no_number_of_six_digits_is_shown(dressed: tuple[str, str]) -> None:
    digits, typed = dressed
    assert digits not in digits_of(mask_contacts(typed)), typed


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("script", SCRIPTS)
def test_of_a_phone_no_more_than_a_few_digits_stay(separator: str, script: str) -> None:
    written = separator.join(
        "".join(script[int(digit)] for digit in group) for group in ("300", "123", "4567")
    )
    for typed in (written, f"llamar al {written} hoy", f"({written})"):
        assert len(digits_of(mask_contacts(typed))) <= MOST_DIGITS, typed


@given(
    st.sampled_from(("ana", "ana.diaz", "ana_diaz+gym", "a.b")),
    st.sampled_from(AT),
    st.sampled_from(DOT),
    st.sampled_from(("com", "co", "com.co", "net")),
    words,
    words,
)
@settings(max_examples=400, deadline=None)
def test_no_e_mail_is_shown(local: str, at: str, dot: str, tld: str, before: str, after: str) -> None:
    typed = f"{before} {local}{at}correofalso{dot}{tld} {after}"
    assert "correofalso" not in mask_contacts(typed).casefold(), typed


@given(
    st.sampled_from(("", "https://", "http://", "HTTPS://", "tg://", "www.")),
    st.sampled_from(DOT),
    st.sampled_from(("com", "co", "me", "example", "net")),
    st.sampled_from(("", "/x", "/x/secreta?a=secreta", " / secreta", "/secreta")),
    words,
    words,
)
@settings(max_examples=400, deadline=None)
@example("", ".", "me", "/secreta", "", "")
def test_no_link_is_shown(scheme: str, dot: str, tld: str, path: str, before: str, after: str) -> None:
    shown = mask_contacts(f"{before} {scheme}sitiofalso{dot}{tld}{path} {after}").casefold()
    assert "sitiofalso" not in shown, shown
    assert "secreta" not in shown, shown


@pytest.mark.parametrize(
    "typed",
    ["see t.me/gym", "t . me / gym", "wa.me/573001234567", "tres cero cero uno dos tres", "ask @dario_velez"],
)
def test_what_is_left_of_other_ways_to_be_reached_says_nothing(typed: str) -> None:
    shown = mask_contacts(typed)
    assert "•••" in shown
    assert not re.search(r"gym|dario|573|cero", shown)


@pytest.mark.parametrize(
    "typed",
    [
        "lesión de rodilla, vuelve el 24/12/2026 a las 10:30",
        "viene de 6:00 a 8:00, paga $90.000 el 5 de cada mes",
        "viene desde 2019",
        "cobrado dos veces",
        "Este sábado cerramos a las 2 p. m.\n\n¡Los esperamos!",
        "Mensual & más 12 visitas",
        "dos o tres veces, a las 5 en punto",
        "look at the desk. Then call.",
        "el agua caliente falló (2.º piso)",
        "del 01/12/2026 al 15/12/2026",
    ],
)
def test_what_people_usually_note_stays(typed: str) -> None:
    assert mask_contacts(typed) == typed


def test_every_text_of_a_message_is_judged_however_deep_it_lies() -> None:
    dressed = "300 - 123 - 4567"
    masked = mask_payload({"reason": dressed, "items": [{"note": dressed}], "ids": [dressed], "n": 3})
    assert digits_of(str(masked)) == "3"
