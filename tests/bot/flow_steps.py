"""Walks through flows in any language: what is pressed, written and read, by the code's own texts."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from gym.core.language import catalogue
from tests.support.sandbox.client import Person

GAP = re.compile(r"\{[^}]*\}|<[^>]*>|\n")


@dataclass(frozen=True, slots=True)
class Walker:
    """A person who walks in a language; `taps` counts what they pressed since `begins`."""

    person: Person
    language: str

    async def walks(self, *steps: str) -> None:
        """`> text` writes, `? text` reads, anything else is pressed; texts are msgids unless they have none.

        Of a text with values in it the longest fixed piece is looked for.
        """
        for step in steps:
            if step.startswith("> "):
                await self.person.sends(step[2:])
                await self.person.sees("")
            elif step.startswith("? "):
                await self.person.sees(self.fixed(step[2:]))
            else:
                await self.person.taps(self.fixed(step))

    def fixed(self, message: str) -> str:
        """The longest piece of a text, in this person's language, that holds no values."""
        pieces = GAP.split(catalogue(self.language).gettext(message))
        return html.unescape(max(pieces, key=len)).strip()
