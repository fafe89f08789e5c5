"""Questions that many forms ask are asked by one step each."""

from __future__ import annotations

from decimal import Decimal
from typing import cast
from uuid import uuid4

import pytest

from bot.desk.memberships.cancellations import CANCELLATION
from bot.forms.answers import amount_up_to, read_reason
from bot.forms.definition import FormContext, Step
from bot.forms.state import FormState
from bot.routers import ROUTERS
from bot.ui.update_context import UpdateContext
from gym.payments.errors import RefundTooLarge
from gym.settings.schemas import GymSettings


def test_every_form_reads_a_reason_the_same_way() -> None:
    asked = steps_named("reason")
    assert len(asked) > 10
    assert {name for name, step in asked.items() if step.parse is not read_reason} == set()


def test_every_form_offers_payment_methods_in_two_columns() -> None:
    asked = steps_named("method")
    assert len(asked) >= 5
    assert {name for name, step in asked.items() if step.columns != 2 or step.choices is None} == set()


def test_an_amount_above_its_limit_is_refused_while_it_is_typed() -> None:
    read = amount_up_to(lambda _: Decimal("100"), RefundTooLarge)
    ctx = FormContext(cast("UpdateContext", Writer()), CANCELLATION, FormState(1, 1, "cancellation", uuid4()))
    assert read("100", ctx) == Decimal("100")
    with pytest.raises(RefundTooLarge):
        read("101", ctx)


class Writer:
    """Whoever types, by the conventions of the default gym."""

    conventions = GymSettings().conventions("en")


def steps_named(name: str) -> dict[str, Step]:
    """The step of this name of every form that has one."""
    forms = [form for router in ROUTERS for form in router.forms]
    return {form.name: step for form in forms for step in form.steps if step.name == name}
