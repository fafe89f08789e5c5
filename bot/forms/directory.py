"""The form directory: what the form engine needs of the routes, which stand on a floor above it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from bot.forms.definition import Form
from bot.ui.callbacks import Callback
from bot.ui.identity import Identity
from bot.ui.update_context import UpdateContext


class FormDirectory(Protocol):
    """Forms by name, whom each is for, and the way back to the screen a form was opened from."""

    @property
    def forms(self) -> Mapping[str, Form]: ...

    @property
    def codes(self) -> Mapping[str, type[Callback]]:
        """Button types by code, to unpack a kept way back."""
        ...

    def admits(self, form: str, identity: Identity) -> bool: ...

    async def go(self, context: UpdateContext, callback: Callback) -> None:
        """Answer as if that button had been pressed. Raises `NotForYou`, `OnlyInPrivate`."""
        ...
