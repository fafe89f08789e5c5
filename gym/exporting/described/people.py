"""Exported tables: who works in the gym, its clients, their consents and their wishes to be erased."""

from __future__ import annotations

from typing import Final

from gym.clients.models import Client
from gym.exporting.described.table import AT, BY, ID, ExportedTable
from gym.faces.models import FaceConsent
from gym.privacy.models import Erasure
from gym.staff.models import Staff

STAFF: Final = ExportedTable(
    Staff,
    "who works or has worked here; without passwords and chats",
    {
        "id": ID,
        "name": "name",
        "role": "`admin` or `employee`",
        "language": "of their chat",
        "active": "whether they still work here",
        "created_at": AT,
    },
)
CLIENT: Final = ExportedTable(
    Client,
    "one row a person",
    {
        "id": ID,
        "document_type": "`CC`, `TI`, `CE`, `PP`, `PPT` or `ID`",
        "document_number": "without dots and leading zeros",
        "document_in_doubt": "an earlier release may have read it wrongly",
        "first_name": "given names",
        "last_name": "surnames; empty for a person with one name",
        "alias": "what a screen may call the person",
        "phone": "with `+` and the country",
        "email": "e-mail",
        "birth_date": "day of birth",
        "gender": "`female`, `male` or `other`",
        "address": "address",
        "emergency_contact": "name and phone",
        "card_number": "of a card that the gym had before",
        "tags": "a list; in CSV with `; ` between them",
        "warning": "what staff must know",
        "notes": "free text",
        "language": "of the person's messages",
        "guardian_name": "of somebody under 18",
        "guardian_consent_at": "when the guardian agreed",
        "telegram_id": "number of the linked Telegram account",
        "linked_at": "when it was linked",
        "blocked_until": "last day of a block",
        "block_reason": "why",
        "referred_by": "who brought the person: an `id` of `clients`",
        "card_serial": "how many QR cards were printed or revoked",
        "card_issued_at": "when the QR card in use was made",
        "active": "false once deactivated",
        "erased_at": "when the person was erased: the name is gone, visits and money stay",
        "created_by": BY,
        "created_at": "when the person was registered",
        "updated_at": "last change",
    },
    ("created_at", "id"),
)
FACE_CONSENT: Final = ExportedTable(
    FaceConsent,
    "consents to face check-in; faces themselves are not exported",
    {
        "id": ID,
        "client_id": "an `id` of `clients`",
        "version": "of the text",
        "method": "`chat` or `paper`",
        "witness_id": BY,
        "given_at": AT,
        "withdrawn_at": "when it was withdrawn",
        "asked_version": "the newest text that the person was asked about",
    },
)
ERASURE: Final = ExportedTable(
    Erasure,
    "wishes to be erased; one that waits is carried out a day after the export was read, unless it is taken"
    " back",
    {
        "id": ID,
        "client_id": "an `id` of `clients`",
        "by_client": "asked in the client's own chat",
        "asked_by": BY,
        "asked_at": AT,
        "due_at": "when it is carried out",
        "canceled_at": "when it was taken back",
        "done_at": "when it was carried out",
    },
)
