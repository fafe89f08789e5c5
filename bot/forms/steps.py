"""Shared form steps: the reason for an act, under the answer name that drafts have always kept."""

from __future__ import annotations

from typing import Final

from bot.forms.answers import read_reason
from bot.forms.definition import Ask, Choices, Step
from gym.core.language import N_


def reason_step(ask: str | Ask, *, choices: Choices | None = None) -> Step:
    """The answer `reason`: typed, or one of `choices` in two columns; see `parse_reason`."""
    return Step(
        "reason", N_("Reason"), ask, parse=read_reason, choices=choices, columns=1 if choices is None else 2
    )


REASON: Final = reason_step(N_("Why? Write it in a few words."))
