"""No answer, however long, keeps the door and the other chats waiting while it is read."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Final

import pytest

from bot.ui.callback_fields import carried_words
from bot.ui.wording.help import help_search
from bot.ui.wording.help.help_search import asks_for_help, is_question
from gym.clients.fields.card_numbers import number_at_the_door, parse_card_number
from gym.clients.fields.documents import kept_numbers, parse_document
from gym.clients.fields.parsers import parse_birth_date, parse_email, parse_name, parse_notes, parse_tags
from gym.clients.fields.phones import parse_contact_phone, parse_phone
from gym.clients.searching import LONGEST_TYPED, SearchTerms
from gym.core.errors import GymError
from gym.core.reading.amounts import read_amount
from gym.core.reading.conventions import Conventions
from gym.core.reading.counts import DAYS, read_count
from gym.core.reading.days import past, read_day
from gym.core.reading.durations import read_length
from gym.core.reading.percentages import read_percent
from gym.importing.photos.file_names import numbers_in
from gym.plans.windows import parse_window

TODAY: Final = date(2026, 8, 3)
HERE: Final = Conventions("es")
LONGEST: Final = 4096
"""Letters of a message in Telegram."""
OF_A_PATH: Final = 65_535
"""Bytes of a name in a ZIP archive."""
READERS: Final[dict[str, Callable[[str], object]]] = {
    "amount": lambda text: read_amount(text, HERE),
    "birthday": lambda text: parse_birth_date(text, TODAY),
    "card number": parse_card_number,
    "carried": carried_words,
    "contact": lambda text: parse_contact_phone(text, "CO"),
    "count": lambda text: read_count(text, DAYS),
    "day": lambda text: read_day(text, TODAY, past(TODAY), HERE),
    "document": parse_document,
    "documents": kept_numbers,
    "door": number_at_the_door,
    "e-mail": parse_email,
    "help": asks_for_help,
    "hours": parse_window,
    "length": read_length,
    "name": parse_name,
    "notes": parse_notes,
    "percentage": lambda text: read_percent(text, bare=True),
    "phone": lambda text: parse_phone(text, "CO"),
    "photo": lambda text: list(numbers_in(text * (OF_A_PATH // LONGEST))),
    "question": is_question,
    "search": SearchTerms.read,
    "tags": parse_tags,
}
PIECES: Final = ("a", "я", "1", " ", "-", "a ", "1 ", "1.", "ñ", "hace ", "cc ", "(", "\u0301\u0323")


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_an_answer_of_the_longest_message_is_read_in_no_time(reader: Callable[[str], object]) -> None:
    texts = [(piece * LONGEST)[: LONGEST - len(end)] + end for piece in PIECES for end in ("", "!")]
    seconds = max(min(_seconds(reader, text) for _ in range(2)) for text in texts)
    assert seconds < 0.15, "a member's 4,096 letters for how many days took 0.3 s, and forty may come at once"


def test_of_words_to_search_and_of_a_question_the_first_letters_are_looked_at() -> None:
    """Milliseconds of folding, which the bound above would let pass."""
    assert SearchTerms.read("ana" + LONGEST_TYPED * "\u0301" + " paz").words == ("ana",)
    assert asks_for_help("hola" + help_search.LONGEST * " " + "renovar")
    assert not asks_for_help("hola" + 9 * " " + "renovar")


def _seconds(reader: Callable[[str], object], text: str) -> float:
    began = time.thread_time()
    with suppress(GymError):
        reader(text)
    return time.thread_time() - began
