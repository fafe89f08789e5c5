"""Opening a form from a handler."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.forms.definition import Form
from bot.forms.engine import FormEngine
from bot.ui.callbacks import Callback
from bot.ui.services import ServiceKey
from bot.ui.surfaces import OnlyInPrivate
from bot.ui.update_context import UpdateContext

FORMS: Final = ServiceKey("forms", FormEngine)


def forms_of(context: UpdateContext) -> FormEngine:
    """The form engine of the bot that handles this update."""
    return context.services[FORMS]


async def begin(
    context: UpdateContext,
    form: Form,
    values: Mapping[str, object] | None = None,
    *,
    back: Callback | None = None,
) -> None:
    """Open a form; steps whose value is given are not asked. Cancel and the first Back lead to `back`.

    Raises `OnlyInPrivate`: in a group everybody's words would be its answers.
    """
    if not context.is_private:
        raise OnlyInPrivate
    await forms_of(context).begin(context, form, values or {}, back)
