"""Which values of a change tell of a person, and the digest that stands for them in the trail."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, cast

PERSONAL: Final = frozenset({"birth_date", "gender", "telegram_id", "document_type"})
"""Keys that are personal although their values are no free text; free text is, but for the next ones."""
PLAIN: Final = frozenset(
    {
        "cause",
        "code",
        "destination",
        "discount_kind",
        "kind",
        "language",
        "method",
        "permission",
        "plan",
        "plan_name",
        "state",
        "status",
    }
)
"""Keys whose text is a word of the program or of the gym's own settings."""

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PersonalValues:
    """What is kept beside a row of the trail instead of in it; encoded as JSON."""

    actor_name: str | None
    before: Values | None
    after: Values | None

    def __bool__(self) -> bool:
        return bool(self.actor_name or self.before or self.after)

    def digest(self, salt: bytes) -> bytes:
        """SHA-256 of the salt and the canonical JSON of the values: keys in order, no spaces, UTF-8."""
        values = [self.actor_name, self.before, self.after]
        text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return sha256(salt + text.encode()).digest()


def split(values: Mapping[str, Any] | None) -> tuple[Values | None, Values | None]:
    """Encoded values as plain ones and personal ones; None where there are none."""
    if values is None:
        return None, None
    personal = {key: value for key, value in values.items() if is_personal(key, value)}
    plain = {key: value for key, value in values.items() if key not in personal}
    return plain, personal or None


def is_personal(key: str, value: object) -> bool:
    """Whether an encoded value tells of a person."""
    if value is None:
        return False
    return key in PERSONAL or (key not in PLAIN and _has_text(value))


def _has_text(value: object) -> bool:
    match value:
        case str():
            return bool(value)
        case list():
            return any(map(_has_text, cast("list[object]", value)))
        case dict():
            found = cast("dict[str, object]", value)
            # `{"$decimal": "5.00"}` and its kin: numbers, days and ids (`gym.core.database.json_values`)
            return any(not key.startswith("$") and _has_text(one) for key, one in found.items())
        case _:
            return False
