"""The state of an open form, as the row of a draft keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from gym.chats.models import Draft
from gym.core.database.json_values import decode, encode

SUMMARY = ""
"""The step's name while the summary stands."""
FIELDS = "?"
"""The step's name while the person picks the answer to change."""


@dataclass(slots=True)
class Pending:
    """A form that was to be opened while this one was open."""

    form: str
    values: dict[str, Any]
    back: str | None


@dataclass(slots=True)
class FormState:
    """Everything that an open form needs to go on after a restart; packed buttons are kept as text."""

    chat_id: int
    user_id: int
    form: str
    key: UUID
    step: str = SUMMARY
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    labels: dict[str, str] = field(default_factory=dict[str, str])
    given: list[str] = field(default_factory=list[str])
    """Answers that came with the form and are never asked."""
    offered: list[Any] = field(default_factory=list[Any])
    """The choices of the current step, `[value, label]` each, so that a press means what was shown."""
    page: int = 0
    editing: bool = False
    parked: bool = False
    """The person went elsewhere: texts are no answers until the form is taken up again."""
    back: str | None = None
    album: str | None = None
    pending: Pending | None = None
    message_id: int | None = None
    revision: int = 0
    last_update_id: int | None = None
    updated_at: datetime | None = None

    @classmethod
    def of(cls, draft: Draft) -> FormState:
        data = decode(draft.data)
        pending = data.pop("pending", None)
        return cls(
            chat_id=draft.chat_id,
            user_id=draft.user_id,
            form=draft.form,
            key=draft.key,
            step=draft.step,
            message_id=draft.message_id,
            revision=draft.revision,
            last_update_id=draft.last_update_id,
            updated_at=draft.updated_at,
            pending=Pending(**pending) if pending else None,
            **data,
        )

    def draft(self, now: datetime) -> Draft:
        """The row to save."""
        self.updated_at = now
        data: dict[str, Any] = {
            "values": self.values,
            "labels": self.labels,
            "given": self.given,
            "offered": self.offered,
            "page": self.page,
            "editing": self.editing,
            "parked": self.parked,
            "back": self.back,
            "album": self.album,
        }
        if self.pending is not None:
            data["pending"] = {
                "form": self.pending.form,
                "values": self.pending.values,
                "back": self.pending.back,
            }
        return Draft(
            chat_id=self.chat_id,
            user_id=self.user_id,
            form=self.form,
            step=self.step,
            data=encode(data),
            key=self.key,
            message_id=self.message_id,
            revision=self.revision,
            last_update_id=self.last_update_id,
            updated_at=now,
        )

    def give(self, values: Mapping[str, object]) -> None:
        """Answers that are known from the start."""
        self.values = as_kept(values)
        self.given = list(self.values)

    def put(self, name: str, value: object, label: str | None = None) -> None:
        """Keep an answer as it will be read back from the database."""
        self.values[name] = as_kept(value)
        self.labels.pop(name, None)
        if label is not None:
            self.labels[name] = label

    def drop(self, name: str) -> None:
        self.values.pop(name, None)
        self.labels.pop(name, None)

    @property
    def has_answers(self) -> bool:
        """Whether closing the form would lose an answer of the person's."""
        return any(name not in self.given for name in self.values)


def as_kept(value: Any) -> Any:
    """A value after a round trip through JSON, so that it is the same now as after a restart."""
    return decode(encode(value))
