"""Faults of a row that need no facts keep their codes, and each says in every language what to do."""

from __future__ import annotations

import pytest

from gym.core.language import LANGUAGES, Translator
from gym.importing.errors import RowFault, RowProblem

CODES = {
    "import_letters_lost",
    "import_number_shortened",
    "import_formula_failed",
    "import_consent_unclear",
    "import_day_of_another_day",
    "import_notes_too_long",
    "import_membership_undated",
    "import_debt_without_plan",
}


def test_the_codes_of_rows_stay() -> None:
    faults = [RowFault(problem) for problem in RowProblem]
    assert {fault.code for fault in faults} == CODES
    assert {fault.status for fault in faults} == {422}
    assert [fault.args[0] for fault in faults] == [fault.code for fault in faults]


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_each_says_something_of_its_own(language: str) -> None:
    said = {Translator(language)(RowFault(problem).message) for problem in RowProblem}
    assert len(said) == len(CODES)
    assert language == "en" or not said & {problem.value[1] for problem in RowProblem}
