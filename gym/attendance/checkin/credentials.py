"""Credentials of a check-in: photos, face, QR, document, or staff who know the person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from gym.clients.errors import CardNumberInvalid
from gym.clients.fields.card_numbers import parse_card_number
from gym.clients.repository import ClientRepository
from gym.faces.schemas import MatchRule, Probe
from gym.security.permissions import Permission
from gym.security.signed_links import CardRevoked, QrInvalid, SignedLinks
from gym.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from gym.faces.engine.reader import Face
    from gym.faces.liveness.turn_challenge import Side


@dataclass(frozen=True, slots=True)
class PhotoCredential:
    """Frames of one moment, and those of the head turned to a side where a kiosk asked for that."""

    photos: Sequence[bytes]
    turned: Sequence[bytes] = ()
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class FaceCredential:
    """What the face reader made of photos."""

    probe: Probe
    rule: MatchRule
    live: bool = True
    """False when liveness said no."""
    faces: tuple[Face, ...] = ()
    """What may be learnt of, once the person was let in."""


@dataclass(frozen=True, slots=True)
class QrCredential:
    """What a member's QR or printed card says."""

    text: str


@dataclass(frozen=True, slots=True)
class DocumentCredential:
    """A document's number, with the last four digits of the phone."""

    number: str
    phone_last4: str


@dataclass(frozen=True, slots=True)
class ClientCredential:
    """The word of staff who know the person.

    `anew` is for a button that stays on the screen: it judges again once its last attempt was
    denied, or undone since. `answered_in` is the desk chat that is answered, and so not told as well.
    """

    client_id: UUID
    anew: bool = False
    answered_in: UUID | None = None


Credential = FaceCredential | QrCredential | DocumentCredential | ClientCredential
"""What `AttendanceService.check_in` judges."""
ShownCredential = PhotoCredential | QrCredential | DocumentCredential
"""What comes with an API request."""


async def qr_owner(uow: UnitOfWork, text: str) -> UUID:
    """The client behind a member's QR or printed card, or a card of before, for the desk that opens the card.

    Raises `QrInvalid`, `CardRevoked`, `QrExpired`.
    """
    uow.actor.require(Permission.MANAGE_CLIENTS)
    if (owner := await _card_owner(uow, text)) is not None:
        return owner
    qr = SignedLinks(uow.secrets.jwt).read_member_qr(text, uow.now)
    client = await ClientRepository(uow.session).get(qr.client_id)
    if client is None:
        raise QrInvalid
    if qr.card_serial and qr.card_serial != client.card_serial:
        raise CardRevoked
    return client.id


async def _card_owner(uow: UnitOfWork, text: str) -> UUID | None:
    """At the desk a short number will do: somebody looks at the person."""
    try:
        number = parse_card_number(text)
    except CardNumberInvalid:
        return None
    client = await ClientRepository(uow.session).by_card(number)
    return client.id if client is not None else None
