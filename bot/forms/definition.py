"""Form definitions: steps, choices, a summary and what is submitted; the engine runs them.

A form is asked one step at a time; every answer is saved in PostgreSQL before the next question. In the end a
summary restates everything; Confirm calls `submit` with `ctx.key`, the idempotency key of this one form.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, TypeVar, cast
from uuid import UUID

from bot.forms.state import FormState
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from gym.core.language import N_
from gym.unit_of_work import UnitOfWork

Wanted = TypeVar("Wanted")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Choice:
    """One offered answer. The label is a msgid in a fixed list, final text where choices are computed."""

    value: object
    label: str


@dataclass(frozen=True, slots=True)
class PhotoNote:
    """The verdict on a picture: a line of HTML for the person, plain data (never pixels) for the draft."""

    verdict: str
    data: Mapping[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True)
class ScannedAnswer:
    """What a picture says to a typed question: an answer to read like a typed one, or a line of HTML."""

    answer: str | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class SentPhoto:
    """A picture of a photo step, as the draft keeps it."""

    file_id: str
    data: Mapping[str, Any]


class FormContext:
    """The update being handled and the form's state: what every callable of a form is called with."""

    def __init__(self, context: UpdateContext, form: Form, state: FormState) -> None:
        self.context = context
        self.form = form
        self.state = state

    @property
    def t(self) -> HtmlTranslator:
        return self.context.t

    @property
    def key(self) -> UUID:
        """The idempotency key, the same for every try to submit this form."""
        return self.state.key

    def has(self, name: str) -> bool:
        """Whether it was answered or given; a skipped step was not."""
        return self.state.values.get(name) is not None

    def maybe(self, name: str, kind: type[Wanted]) -> Wanted | None:
        """An answer by its type; None when it was skipped or not asked."""
        value = self.state.values.get(name)
        if value is None or isinstance(value, kind):
            return value
        if issubclass(kind, Enum):
            return cast("Wanted", kind(value))
        raise TypeError(f"{self.form.name}.{name} is {type(value).__name__}, not {kind.__name__}")

    def value(self, name: str, kind: type[Wanted]) -> Wanted:
        """An answer that is there at this point. Raises LookupError."""
        found = self.maybe(name, kind)
        if found is None:
            raise LookupError(f"{self.form.name}.{name} is not answered")
        return found

    def photos(self, name: str) -> list[SentPhoto]:
        """The accepted pictures of a photo step."""
        sent = cast("list[dict[str, Any]]", self.state.values.get(name) or [])
        return [SentPhoto(item["file_id"], item["data"]) for item in sent]

    def unit_of_work(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self.context.unit_of_work()

    def member_unit_of_work(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self.context.member_unit_of_work()

    async def run(self, work: Callable[[UnitOfWork], Awaitable[Result]]) -> Result:
        return await self.context.run(work)


Ask = Callable[[FormContext], Awaitable[str]]
Parse = Callable[[str, FormContext], object]
"""Text to value, or to an awaitable of it; raises a GymError whose sentence says what to type instead."""
Choices = Sequence[Choice] | Callable[[FormContext], Awaitable[Sequence[Choice]]]
Look = Callable[[FormContext, bytes], Awaitable[PhotoNote]]
Scan = Callable[[FormContext, bytes], Awaitable[ScannedAnswer]]
Submit = Callable[[FormContext], Awaitable[Screen | None]]
CONFIRM: Final = N_("Confirm")


@dataclass(frozen=True, slots=True)
class Step:
    """One question: typed (`parse`), chosen (`choices`), both, or photographed (`photo`)."""

    name: str
    label: str
    ask: str | Ask
    """A msgid, or HTML made when it is asked."""
    parse: Parse | None = field(default=None, kw_only=True)
    choices: Choices | None = field(default=None, kw_only=True)
    columns: int = field(default=1, kw_only=True)
    optional: bool = field(default=False, kw_only=True)
    when: Callable[[FormContext], bool] | None = field(default=None, kw_only=True)
    """The step is asked only where this holds."""
    show: Callable[[FormContext, Any], str] | None = field(default=None, kw_only=True)
    """An answer as HTML for the summary; else its choice's label, or its value by type."""
    resets: Sequence[str] = field(default=(), kw_only=True)
    """Answers that are asked again when this one changes."""
    takes_contact: bool = field(default=False, kw_only=True)
    """A shared contact answers it: by its phone number, which `parse` reads."""
    photo: Look | None = field(default=None, kw_only=True)
    photos: tuple[int, int] = field(default=(1, 1), kw_only=True)
    """How many pictures at least and at most."""
    restarts: Sequence[str] = field(default=(), kw_only=True)
    """What goes too when the pictures are started again, such as one that came before the form."""
    scan: Scan | None = field(default=None, kw_only=True)
    """Reads a picture that answers a typed question, such as a barcode; the picture is not kept."""
    scans: Callable[[FormContext], bool] | None = field(default=None, kw_only=True)
    """Where `scan` is only for some forms of the question; elsewhere a picture is somebody at the desk."""

    listed: bool = field(default=True, kw_only=True)
    """Whether the summary repeats its answer: not where it only led on to other questions."""

    def takes_scan(self, ctx: FormContext) -> bool:
        return self.scan is not None and (self.scans is None or self.scans(ctx))

    def applies(self, ctx: FormContext) -> bool:
        return self.when is None or self.when(ctx)


@dataclass(frozen=True, slots=True)
class Form:
    """The questions of a form and what happens with the answers."""

    name: str
    """Stable: drafts are kept under it. At most 40 letters."""
    title: str
    steps: Sequence[Step]
    submit: Submit
    """May run twice for one form, when an update is tried again: pass `ctx.key` on."""
    summary: Ask | None = None
    confirm: str | Callable[[FormContext], str] | None = CONFIRM
    """Label of the button that submits, a msgid, by the answers where they decide what is done; None submits
    right after the last answer, without a summary."""

    takes_back: bool = False
    """Voids, erases or ends something: the button that submits is red instead of green."""

    def step(self, name: str) -> Step | None:
        return next((step for step in self.steps if step.name == name), None)
