"""Every name on the wire as the code has it now, a line each: its kind, then the name.

A button's line holds the types of its fields in their order, since it is read back by position.
"""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import types
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, Final, get_args, get_type_hints

import sqlalchemy
from prometheus_client import REGISTRY

import bot
import gym
import web
from bot.forms.state import FormState, Pending
from bot.routers import ROUTERS
from bot.routing.routes import Routes
from bot.ui.callbacks import Callback
from gym.core.config import Config
from gym.jobs.table import JOBS
from gym.notifications.kinds import BY_KIND
from gym.notifications.models import NotificationKind
from gym.notifications.payloads.base import stored_names
from gym.settings.schemas import GymSettings
from gym.tables import METADATA

KEPT: Final = Path(__file__).parent / "kept.txt"


def names_now() -> set[str]:
    """All of them."""
    routes = Routes(ROUTERS)
    return {
        *buttons(routes),
        *(f"link {prefix}" for prefix in routes.starts),
        *(f"command /{name}" for name in routes.commands),
        *(f"form {form.name}" for form in routes.forms.values()),
        *(f"step {form.name}.{step.name}" for form in routes.forms.values() for step in form.steps),
        *(f"draft {field.name}" for field in dataclasses.fields(FormState)),
        *(f"draft pending.{field.name}" for field in dataclasses.fields(Pending)),
        *(f"message {kind}" for kind in NotificationKind),
        *(f"payload {kind}.{name}" for kind, spec in BY_KIND.items() for name in stored_names(spec.payload)),
        *tables(),
        *metrics(),
        *(f"setting {name}" for name in GymSettings.model_fields),
        *(f"environment {name.upper()}" for name in Config.model_fields),
        *(f"job {job.name}" for job in JOBS),
    }


def names_kept() -> set[str]:
    """Those that some release or branch has used before."""
    return set(KEPT.read_text(encoding="utf-8").splitlines())


def buttons(routes: Routes) -> Iterator[str]:
    """`button pay! UUID word`, where `!` carries its minute, and for an enum `button-word pay.2 cash`."""
    for code, kind in routes.codes.items():
        fields = [fields_type for _, fields_type in _fields(kind)]
        shown = [_shown(hint) for hint in fields]
        yield " ".join([f"button {code}{'!' if kind.changes else ''}", *shown])
        for position, hint in enumerate(fields, start=1):
            yield from (f"button-word {code}.{position} {word}" for word in _words(hint))


def tables() -> Iterator[str]:
    """`column clients.first_name`, and each word that a column may hold: `word clients.gender female`."""
    for table in METADATA.tables.values():
        for column in table.columns:
            yield f"column {table.name}.{column.name}"
            if isinstance(column.type, sqlalchemy.Enum):
                yield from (f"word {table.name}.{column.name} {word}" for word in column.type.enums)


def metrics() -> Iterator[str]:
    """What the gym itself counts, wherever it is declared."""
    for package in (gym, bot, web):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    for family in REGISTRY.collect():
        if family.name.startswith("powergym_"):
            yield f"metric {family.name}{'_total' if family.type == 'counter' else ''}"


def _fields(kind: type[Callback]) -> list[tuple[str, Any]]:
    hints = get_type_hints(kind)
    made: Any = kind
    return [(field.name, hints[field.name]) for field in dataclasses.fields(made)]


def _shown(hint: Any) -> str:
    if isinstance(hint, types.UnionType):
        return "|".join("none" if part is types.NoneType else _shown(part) for part in get_args(hint))
    return "word" if issubclass(hint, Enum) else hint.__name__


def _words(hint: Any) -> list[str]:
    parts = get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    return [str(word.value) for part in parts if issubclass(part, Enum) for word in part]
