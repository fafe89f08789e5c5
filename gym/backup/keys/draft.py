"""A pass-phrase that was shown and is not in force yet, sealed into the page that shows it.

Nothing is kept of it until its reader has proved to have it on paper: no row, no file, no memory.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gym.backup.errors import GroupsWrong
from gym.backup.files.passphrase import GROUPS, new_passphrase, normalised
from gym.security.cipher import Cipher, CipherError
from gym.security.one_time_links import LinkExpired, LinkUnknown

ASKED: Final = 2
"""Groups to type back: whoever wrote nothing down does not have them, and four would be copying it twice."""
_CONTEXT: Final = "passphrase-draft"


class PassphraseDraft(BaseModel):
    """Wall time. Its repr hides the phrase."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    passphrase: str = Field(repr=False)
    staff_id: UUID
    asked: tuple[int, int]
    """Numbers of the groups that are asked back, from 1."""
    until: datetime

    @classmethod
    def new(cls, staff_id: UUID, until: datetime) -> Self:
        first, second = sorted(secrets.SystemRandom().sample(range(1, GROUPS + 1), ASKED))
        return cls(passphrase=new_passphrase(), staff_id=staff_id, asked=(first, second), until=until)

    @classmethod
    def opened(cls, sealed: str, cipher: Cipher, wall: datetime) -> Self:
        """What `sealed` wrote here. Raises `LinkUnknown` for anything else, `LinkExpired`."""
        try:
            raw = cipher.decrypt(urlsafe_b64decode(sealed.encode()), context=_CONTEXT)
            draft = cls.model_validate_json(raw)
        except (CipherError, ValidationError, ValueError):
            raise LinkUnknown from None
        if draft.until <= wall:
            raise LinkExpired
        return draft

    def sealed(self, cipher: Cipher) -> str:
        """For a hidden field of the page: whoever has the page cannot choose the phrase."""
        return urlsafe_b64encode(cipher.encrypt(self.model_dump_json().encode(), context=_CONTEXT)).decode()

    @property
    def groups(self) -> Sequence[str]:
        return self.passphrase.split("-")

    def require_written(self, typed: Sequence[str]) -> None:
        """Raises `GroupsWrong` unless the groups that were asked for are there, in their order."""
        wanted = [self.groups[number - 1] for number in self.asked]
        right = [
            hmac.compare_digest(normalised(one).encode(), normalised(group).encode())
            for one, group in zip(typed, wanted, strict=True)
        ]
        if not all(right):
            raise GroupsWrong
