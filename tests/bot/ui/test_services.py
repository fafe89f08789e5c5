"""Services of the floors above the update context are found under their typed key."""

from __future__ import annotations

import pytest

from bot.forms.opening import FORMS
from bot.routing.navigation import ROUTES
from bot.routing.routes import Routes
from bot.telegram.running_bot import RunningBot
from bot.ui.services import ServiceKey


def test_forms_and_routes_are_found_by_whoever_handles_an_update(desk_bot: RunningBot) -> None:
    services = desk_bot.assembly.services
    assert isinstance(services[ROUTES], Routes)
    assert services[FORMS] is services[FORMS]


def test_a_service_that_nobody_added_is_named(desk_bot: RunningBot) -> None:
    with pytest.raises(LookupError, match="no service nothing"):
        desk_bot.assembly.services[ServiceKey("nothing", int)]
