"""The page for people says what the register says."""

from __future__ import annotations

from gym.privacy.register_page import register_page
from tests.documentation.pages import text_of

BEGINS, ENDS = "<!-- the register -->", "<!-- end of the register -->"


def test_the_tables_of_the_page_are_those_of_the_register() -> None:
    page = text_of("docs/privacy.md")
    assert page.partition(BEGINS)[2].partition(ENDS)[0].strip() == register_page().strip()
