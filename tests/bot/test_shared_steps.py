"""Questions that many forms ask are asked by one step each."""

from __future__ import annotations

from bot.forms.answers import read_reason
from bot.forms.definition import Step
from bot.routers import ROUTERS


def test_every_form_reads_a_reason_the_same_way() -> None:
    asked = steps_named("reason")
    assert len(asked) > 10
    assert {name for name, step in asked.items() if step.parse is not read_reason} == set()


def steps_named(name: str) -> dict[str, Step]:
    """The step of this name of every form that has one."""
    forms = [form for router in ROUTERS for form in router.forms]
    return {form.name: step for form in forms for step in form.steps if step.name == name}
