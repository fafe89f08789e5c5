"""Months of a range and which of them are rolled up: SQL that every report over a roll-up begins with."""

from __future__ import annotations


def months_of(rolled: str, reopened: str, valid: str) -> str:
    """A table `months` of `:first` to `:last`, a row a month with what of it lies in the range.

    `begins` and `ends` are inclusive, `is_whole` where the range leaves nothing of the month out. `is_rolled`
    is read in the statement that reads the counts: a mark that commits beside it is seen by both or by
    neither. `valid` is a condition on the row `r` of `rolled`, under which its counts answer what is asked;
    one is that no clock counted it which was set back since: what comes in such a month is no late row, so
    nothing marks it.
    """
    return f"""
months AS MATERIALIZED (
    SELECT CAST(m AS date) AS month, greatest(CAST(m AS date), CAST(:first AS date)) AS begins,
        least(CAST(m + interval '1 month' AS date) - 1, CAST(:last AS date)) AS ends,
        m >= CAST(:first AS date) AND CAST(m + interval '1 month' AS date) - 1 <= CAST(:last AS date)
            AS is_whole,
        EXISTS (SELECT FROM {rolled} r WHERE r.month = CAST(m AS date) AND {valid}
            AND NOT EXISTS (SELECT FROM {reopened} o WHERE o.month = r.month)) AS is_rolled
    FROM generate_series(
        date_trunc('month', CAST(:first AS timestamp)), CAST(:last AS timestamp), '1 month') m
)
"""  # noqa: S608 - names of tables
