"""Preview (dry run) of an import: the outcome of each row against the registered clients. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from gym.clients.fields.parsers import with_tags
from gym.clients.schemas import ClientChanges, ClientInput
from gym.core.errors import GymError
from gym.importing.errors import (
    CardInRow,
    CardOfAnother,
    DocumentInRow,
    DocumentOfAnother,
    ProbablyRegistered,
)
from gym.importing.matching import MatchIndex, MatchKeys, MatchResult, MatchStrength
from gym.importing.memberships import Memberships
from gym.importing.reading.headings import FIELD_OF
from gym.importing.reading.people import PersonRow
from gym.importing.schemas import ImportPreview, PreviewedRow, RowOutcome
from gym.subscriptions.sales.imported_plans import RunningPlan

FILLED: Final = tuple(row.key for row in FIELD_OF.values() if row.key != "tags")
"""Fields that a row fills where the gym has nothing; what the gym has stays, for it may be newer.

Tags are added to those that are there."""


@dataclass(frozen=True, slots=True)
class HadPlan:
    """A subscription of a client, open or closed."""

    plan_id: UUID
    starts_on: date
    ends_on: date
    open: bool

    def is_same(self, plan: RunningPlan) -> bool:
        days = self.starts_on == plan.starts_on or self.ends_on == plan.ends_on
        return self.plan_id == plan.plan_id and days

    def is_in_the_way(self, plan: RunningPlan) -> bool:
        return self.open and self.starts_on <= plan.ends_on and plan.starts_on <= self.ends_on


@dataclass(frozen=True, slots=True)
class KnownClient:
    """A registered client as the form of registration would have it."""

    id: UUID
    fields: ClientInput
    plans: Sequence[HadPlan] = ()
    undone: bool = False
    """Made by an import that was undone: such a client comes back as the list has them."""
    agreed: bool = False
    """To face check-in, by the text in force."""


def identity_of(person: ClientInput) -> MatchKeys:
    name = f"{person.first_name} {person.last_name}".strip()
    return MatchKeys(name, person.document, person.phone, person.email, person.birth_date)


class ImportPreviewer:
    """Judges rows one after the other: each may be a client, or a row above."""

    def __init__(
        self,
        clients: Sequence[KnownClient],
        memberships: Memberships,
        own: Mapping[UUID, GymError] | None = None,
    ) -> None:
        """`own` refuses a plan for the memberships of whoever imports."""
        self._memberships = memberships
        self._own = own or {}
        self._clients: Mapping[UUID, KnownClient] = {client.id: client for client in clients}
        self._known = MatchIndex((client.id, identity_of(client.fields)) for client in clients)
        self._above: MatchIndex[int] = MatchIndex()
        self._taken: dict[UUID, int] = {}
        self._cards = {one.fields.card_number: one for one in clients if one.fields.card_number}
        self._cards_above: dict[str, int] = {}

    def preview(self, people: Iterable[PersonRow]) -> ImportPreview:
        return ImportPreview([self._row(row) for row in people])

    def _row(self, row: PersonRow) -> PreviewedRow:
        """A fault of the plan refuses the row: the client would be denied at the door in spite of paying."""
        try:
            plan = self._memberships.running(row.membership) if row.membership else None
        except GymError as fault:
            return PreviewedRow(row, RowOutcome.FAULTY, fault=fault)
        over = plan is None and row.membership is not None and row.membership.dated
        return replace(self._judged(row, plan), plan_over=over)

    def _judged(self, row: PersonRow, plan: RunningPlan | None) -> PreviewedRow:
        if row.person is None:
            return PreviewedRow(row, RowOutcome.FAULTY)
        identity = identity_of(row.person)
        found = self._known.find(identity)
        if found is None or found.match is MatchStrength.DOUBTFUL:
            # Two rows of one list are two people unless they agree: whoever kept it wrote both.
            above = self._above.find(identity)
            if above is not None and above.match is MatchStrength.SAME:
                return PreviewedRow(row, RowOutcome.REPEATED, same_as=above.key)
            if above is not None and above.match is MatchStrength.DOCUMENT_OF_ANOTHER:
                return PreviewedRow(row, RowOutcome.FAULTY, fault=DocumentInRow(above.key))
        if found is None:
            if (fault := self._claim_card(row, row.person, None)) is not None:
                return PreviewedRow(row, RowOutcome.FAULTY, fault=fault)
            self._above.add(row.line, identity)
            return PreviewedRow(row, RowOutcome.MADE, plan=plan, agrees=row.agreed)
        return self._registered(row, row.person, found, plan)

    def _registered(
        self, row: PersonRow, person: ClientInput, found: MatchResult[UUID], plan: RunningPlan | None
    ) -> PreviewedRow:
        client = self._clients[found.key]
        name = identity_of(client.fields).name
        match found.match:
            case MatchStrength.DOCUMENT_OF_ANOTHER:
                return PreviewedRow(row, RowOutcome.FAULTY, fault=DocumentOfAnother(name))
            case MatchStrength.DOUBTFUL:
                return PreviewedRow(row, RowOutcome.FAULTY, fault=ProbablyRegistered(name))
            case MatchStrength.SAME:
                pass
        if client.id in self._taken:
            return PreviewedRow(row, RowOutcome.REPEATED, client.id, same_as=self._taken[client.id])
        if (holder := self._claim_document(row, person, client)) is not None:
            return PreviewedRow(row, RowOutcome.FAULTY, client.id, fault=DocumentInRow(holder))
        if (fault := self._claim_card(row, person, client)) is not None:
            return PreviewedRow(row, RowOutcome.FAULTY, client.id, fault=fault)
        self._taken[client.id] = row.line
        if client.undone:
            return PreviewedRow(row, RowOutcome.MADE, client.id, plan=plan, agrees=row.agreed)
        return self._filled(row, person, client, plan)

    def _filled(
        self, row: PersonRow, person: ClientInput, client: KnownClient, plan: RunningPlan | None
    ) -> PreviewedRow:
        """What the row adds to a registered client."""
        fills = _fills(person, client.fields)
        differs = [field for field in FILLED if _differs(person, client.fields, field)]
        if plan is not None and any(had.is_same(plan) for had in client.plans):
            plan = None
        if plan is not None and any(had.is_in_the_way(plan) for had in client.plans):
            plan = None
            differs.append("plan")
        if plan is not None and client.id in self._own:
            return PreviewedRow(row, RowOutcome.FAULTY, client.id, fault=self._own[client.id])
        agrees = row.agreed and not client.agreed
        outcome = RowOutcome.CHANGED if fills or plan or agrees else RowOutcome.KNOWN
        return PreviewedRow(row, outcome, client.id, fills, tuple(differs), plan=plan, agrees=agrees)

    def _claim_document(self, row: PersonRow, person: ClientInput, client: KnownClient) -> int | None:
        """Takes the document that the row gives a registered client; the row above that has it already."""
        if person.document is None or (client.fields.document is not None and not client.undone):
            return None
        if (holder := self._above.holder(person.document)) is None:
            self._above.add_document(row.line, identity_of(person))
        return holder

    def _claim_card(self, row: PersonRow, person: ClientInput, client: KnownClient | None) -> GymError | None:
        """Takes the card that the row gives somebody who has none; why it cannot, if it is another's."""
        number = person.card_number
        if not number or (client is not None and client.fields.card_number and not client.undone):
            return None
        holder = self._cards.get(number)
        if holder is not None and (client is None or holder.id != client.id):
            return CardOfAnother(identity_of(holder.fields).name)
        if (above := self._cards_above.get(number)) is not None:
            return CardInRow(above)
        self._cards_above[number] = row.line
        return None


def _fills(person: ClientInput, known: ClientInput) -> ClientChanges | None:
    new: dict[str, object] = {
        field: value for field in FILLED if (value := getattr(person, field)) and not getattr(known, field)
    }
    if (tags := with_tags(known.tags, person.tags)) != known.tags:
        new["tags"] = tags
    return ClientChanges.model_validate(new) if new else None


def _differs(person: ClientInput, known: ClientInput, field: str) -> bool:
    theirs, ours = getattr(person, field), getattr(known, field)
    return bool(theirs and ours) and theirs != ours
