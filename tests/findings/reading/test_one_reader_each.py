"""No numbers or days are made from text outside the readers: what is not understood is asked again there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import gym

ROOT: Final = Path(gym.__file__).parents[1]
ROOMS: Final = ("gym", "bot", "web")
READERS: Final = ("gym/core/reading/",)
NOT_TYPED: Final = ("bot/sandbox/", "gym/faces/", "gym/demo/")
"""The local Bot API server reads requests by Telegram's rules; faces are numbers of pictures; nobody typed
what the demo gym makes up."""
CONVERSIONS: Final = {"Decimal", "int", "float", "strptime", "fromisoformat"}
REASONS: Final[dict[str, tuple[str, ...]]] = {
    "what the bot itself put behind a button": (
        "bot/ui/callback_fields.py::_amount",
        "bot/ui/callback_fields.py::_day",
        "bot/ui/callback_fields.py::_number",
        "bot/ui/callbacks.py::pack",
        "bot/ui/callbacks.py::unpack",
        "bot/ui/buttons/approvals.py::discount",
        "bot/ui/buttons/approvals.py::of",
    ),
    "Telegram's own answers": (
        "bot/bot_api/delivery_status.py::_message_id",
        "bot/bot_api/delivery_status.py::_seconds",
        "bot/bot_api/retries.py::retry_seconds",
        "bot/bot_api/transport.py::_note_length",
        "bot/bot_api/transport.py::_status",
        "gym/chats/intake.py::_bounded",
        "gym/chats/intake.py::_find_id",
    ),
    "an answer as the draft keeps it": (
        "bot/desk/plans/plan_new.py::_show_duration",
        "bot/forms/freeze_days.py::last_day",
        "bot/forms/freeze_days.py::show_until",
        "bot/member/freeze.py::_show_until",
    ),
    "a number already, from the database or the clock": (
        "gym/app.py::advance_clock",
        "gym/audit/chain.py::lowest_id",
        "gym/backup/creation.py::_require_room",
        "gym/backup/facts.py::read_facts",
        "gym/commands/calibrate.py::_print",
        "gym/commands/data/importing.py::import_people",
        "gym/core/database/lock_patience.py::waiting_at_most",
        "gym/exporting/reading.py::__init__",
        "gym/payments/repository.py::balance_after",
        "gym/payments/repository.py::given_back",
        "gym/payments/repository.py::net_paid",
        "gym/payments/repository.py::paid_before",
        "gym/reports/charts/of_reports.py::_hours",
        "gym/reports/charts/of_money.py::number_of",
        "gym/reports/charts/of_reports.py::_shares",
        "gym/reports/output/words.py::change_of",
        "gym/security/sessions.py::_pair",
        "gym/subscriptions/discounts.py::of",
        "web/openapi/pages.py::_response",
        "web/tls/listeners.py::_open",
    ),
    "a column, checked before it was kept": (
        "gym/attendance/checkin/windows.py::read",
        "gym/plans/windows.py::checked_window",
    ),
    "a reader of hours, which counts nothing": (
        "gym/chats/preferences.py::_hour",
        "gym/plans/windows.py::_time",
        "gym/staff/setting_parsers.py::read_time",
    ),
    "a list of thresholds: digits only, anything else is refused": (
        "gym/staff/setting_parsers.py::read_numbers",
    ),
    "a file or variable of whoever runs the computer": (
        "gym/core/config.py::_cosine",
        "gym/core/config.py::bot_id",
        "gym/core/postgres/stale_processes.py::_noted_pid",
        "gym/core/values/urls.py::_is_port",
    ),
    "signed by the gym": (
        "gym/security/signed_links.py::path_is_signed",
        "gym/security/signed_links.py::sign_member_qr",
        "gym/security/signed_links.py::sign_path",
        "gym/security/tokens.py::_claims",
    ),
    "a spreadsheet's own number, or its count of days": (
        "gym/importing/reading/formats/cells.py::serial_day",
        "gym/importing/reading/formats/layout.py::_hidden_lines",
        "gym/importing/reading/formats/layout.py::_hidden_places",
        "gym/importing/reading/formats/workbook.py::_cell",
        "gym/importing/reading/formats/workbook.py::_number_cell",
    ),
    "only compared with the other cells of its column": (
        "gym/importing/reading/content.py::counts_up",
        "gym/importing/reading/day_orders.py::order_of",
    ),
    "the number of a file's part, matched as digits": ("gym/backup/files/parts.py::_joined",),
    "the instant of a restore, as the gym wrote and sealed it": ("gym/audit/restore_mark.py::restored_at",),
    "the time in a file's name, as the gym wrote it": ("gym/backup/files/parts.py::made_at_of",),
    "a value out of the gym's own JSON, shown to whom it is about": (
        "gym/privacy/words/page.py::_shown",
        "gym/privacy/words/page.py::_text",
    ),
    "a head of the audit trail, matched as digits": ("gym/commands/audit/verifying.py::_noted",),
    "the number of a member's message in a key, as the gym wrote it": (
        "gym/conversations/repository.py::asked_in",
    ),
    "a pairing code, checked to be nine digits": ("gym/kiosks/repository.py::lock_named",),
}
ALLOWED: Final = {place for places in REASONS.values() for place in places}


def test_text_becomes_a_number_or_a_day_only_in_the_readers() -> None:
    strangers = sorted(conversions() - ALLOWED)
    assert not strangers, f"read what people type with gym.core.reading, or say why not here: {strangers}"


def test_every_exception_is_still_needed() -> None:
    assert not sorted(ALLOWED - conversions())


@cache
def conversions() -> frozenset[str]:
    """`path::function` of every call that makes a number or a day of something that is no literal."""
    return frozenset(_conversions())


def _conversions() -> Iterator[str]:
    for path in sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(READERS + NOT_TYPED):
            yield from (f"{name}::{place}" for place in _places(ast.parse(path.read_text()), "module"))


def _places(node: ast.AST, place: str) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        inner = child.name if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else place
        if _converts(child) or _handed_on(child, node):
            yield inner
        yield from _places(child, inner)


def _converts(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or _called(node.func) not in CONVERSIONS:
        return False
    return not all(isinstance(argument, ast.Constant) for argument in node.args)


def _handed_on(node: ast.AST, parent: ast.AST) -> bool:
    """`map(int, parts)`: the conversion is an argument."""
    argument = isinstance(parent, ast.Call) and node in parent.args and _called(parent.func) == "map"
    return argument and _called(node) in CONVERSIONS


def _called(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
