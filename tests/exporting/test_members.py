"""The list of members holds every client field that the import reads, under a heading that it knows."""

from __future__ import annotations

from gym.clients.fields.documents import Document
from gym.clients.fields.table import CLIENT_FIELDS
from gym.exporting.members import MEMBERS
from gym.importing.reading.headings import column_of

NOT_LISTED = {
    "alias": "what a screen may call the person is no member list's affair; it is in clients.csv",
    "language": "of the chat; it is in clients.csv",
}


def test_every_imported_field_has_its_column_in_the_list_of_members() -> None:
    filled = [column.filled for column in MEMBERS.values()]
    for field in CLIENT_FIELDS.values():
        if field.heading is None or field.key in NOT_LISTED:
            continue
        kept = ("document_type", "document_number") if field.reader.kind is Document else (field.key,)
        for column in field.columns or kept:
            assert any(f"c.{column}" in one for one in filled), column


def test_the_import_knows_every_heading_of_the_list() -> None:
    unknown = [heading for heading in MEMBERS if column_of(heading) is None]
    assert not unknown
