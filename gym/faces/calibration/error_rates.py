"""Error rates of a model over a folder of people: FNIR, misidentifications and FPIR, by templates a client.

Everything is decided by the same rules as at the door, over the same readings as at enrolment.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Final, TypedDict
from uuid import UUID

import numpy as np

from gym.core.errors import Invalid
from gym.core.language import N_
from gym.faces.calibration.batches import PhotoFile, read_shots
from gym.faces.engine.model_packs import PACKS, Engine
from gym.faces.gallery.matching import identification_of, moved_to_mean, threshold_of
from gym.faces.pool import FacePool
from gym.faces.schemas import NOBODY, Candidates, Identification, MatchOutcome, MatchRule, Vector

SUFFIXES: Final = {".jpg", ".jpeg", ".png", ".webp"}
TEMPLATES: Final = (1, 2, 3)
WANTED_FPIR: Final = 0.003
"""Share of strangers identified at which the figures of this project are given."""
ROWS: Final = 512
"""Probes compared at a time: with 12,000 templates their scores take 24 MB."""


UNSEEN: Final = (0, NOBODY.score, NOBODY.runner_up)
"""A photo in which no face was found is like nobody."""


class NobodyToMeasure(Invalid):
    code = "nobody_to_measure"
    message = N_(
        "No people were found in {folder}. It needs people/NAME/*.jpg and strangers/NAME/*.jpg, or one "
        "folder of NAME/*.jpg in which a single photo means a stranger; people need two photos at least."
    )

    def __init__(self, folder: Path) -> None:
        super().__init__(folder=str(folder))


class ErrorRateRow(TypedDict):
    """`fnir` and `fpir` are shares of probes and of strangers' photos; the rest are counts."""

    threshold: float
    margin: float
    fnir: float
    fpir: float | None
    wrong: int
    uncertain: int
    enrolment_refused: int
    probes: int


class ErrorRateReport(TypedDict):
    """What `--json` prints."""

    engine: str
    pack: str
    people: int
    strangers: int
    templates: dict[str, ErrorRateRow]
    threshold_for: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class PersonPhotos:
    """People to enrol and to probe with, and strangers who must not be recognised."""

    people: Sequence[Sequence[Path]]
    strangers: Sequence[Sequence[Path]]

    @property
    def paths(self) -> list[Path]:
        """All of them: the people's, then the strangers'."""
        return [path for person in (*self.people, *self.strangers) for path in person]


@dataclass(frozen=True, slots=True)
class Measured:
    """The report, what was counted apart from it, in photos, and the people's photos as they were read."""

    report: ErrorRateReport
    several: int
    unread: int
    not_enrolled: int
    shots: Sequence[Sequence[PhotoFile]] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Split:
    """One person's photos: those offered at enrolment, and those shown at the door later."""

    offered: Sequence[PhotoFile]
    probes: Sequence[PhotoFile]

    def enrolled(self, templates: int, rule: MatchRule) -> list[Vector]:
        """What the gallery would hold of them."""
        return moved_to_mean(self.accepted(templates), rule.scale.lean)

    def accepted(self, templates: int) -> list[Vector]:
        """The first that pass; a refused photo is made good by the next one, while there is one."""
        good = [one.embedding for one in self.offered if one.fault is None and one.embedding is not None]
        return good[:templates]

    def refused(self, templates: int) -> int:
        """How many were refused on the way to that many templates."""
        count = accepted = 0
        for one in self.offered:
            if accepted == templates:
                break
            accepted += one.fault is None
            count += one.fault is not None
        return count


def photos_in(folder: Path) -> PersonPhotos:
    """Both layouts: `people/` beside `strangers/`, or one flat folder of names. Raises `NobodyToMeasure`."""
    if (folder / "people").is_dir():
        photos = PersonPhotos(_named(folder / "people"), _named(folder / "strangers"))
    else:
        everybody = _named(folder)
        several = [paths for paths in everybody if len(paths) > 1]
        photos = PersonPhotos(several, [paths for paths in everybody if len(paths) == 1])
    if not any(len(paths) > 1 for paths in photos.people):
        raise NobodyToMeasure(folder)
    return photos


def _named(folder: Path) -> list[list[Path]]:
    if not folder.is_dir():
        return []
    names = sorted(path for path in folder.iterdir() if path.is_dir())
    found = (sorted(path for path in name.iterdir() if path.suffix.lower() in SUFFIXES) for name in names)
    return [paths for paths in found if paths]


async def measure(
    pool: FacePool,
    photos: PersonPhotos,
    rule: MatchRule,
    wanted_fpir: float = WANTED_FPIR,
    seen: Callable[[int], None] = lambda count: None,
) -> Measured:
    """Read everything once, then enrol each person with one, two and three templates and probe."""
    shots = iter(await read_shots(pool, photos.paths, seen))
    people = [split([next(shots) for _ in person]) for person in photos.people]
    strangers = [next(shots) for person in photos.strangers for _ in person]
    count = len(photos.strangers)
    return await pool.run(measured, pool.model_id, people, strangers, count, rule, wanted_fpir)


def engine_of(pack: str) -> str:
    """What runs a pack; one that nobody knows is InsightFace's kind."""
    return str(PACKS[pack].engine if pack in PACKS else Engine.INSIGHTFACE)


def split(shots: Sequence[PhotoFile]) -> Split:
    """The first three are offered at enrolment, but one always stays for the door."""
    offered = min(TEMPLATES[-1], max(1, len(shots) - 1))
    return Split(shots[:offered], shots[offered:])


def measured(
    model_id: str,
    people: Sequence[Split],
    strangers: Sequence[PhotoFile],
    identities: int,
    rule: MatchRule,
    wanted_fpir: float,
) -> Measured:
    """Blocking: the report over what was read; `identities` is how many people the strangers are."""
    pack = model_id.partition("/")[0]
    report = ErrorRateReport(
        engine=engine_of(pack),
        pack=pack,
        people=len(people),
        strangers=identities,
        templates={str(count): row(people, strangers, count, rule) for count in TEMPLATES},
        threshold_for={f"{wanted_fpir:g}": threshold_for(people, strangers, rule, wanted_fpir)},
    )
    shots = [*chain.from_iterable([*one.offered, *one.probes] for one in people), *strangers]
    return Measured(
        report,
        several=sum(one.several for one in shots),
        unread=sum(one.embedding is None for one in shots),
        not_enrolled=sum(not one.accepted(1) for one in people),
        shots=[[*one.offered, *one.probes] for one in people],
    )


def row(
    people: Sequence[Split], strangers: Sequence[PhotoFile], templates: int, rule: MatchRule
) -> ErrorRateRow:
    """The measure with that many templates a client. Whoever has none is not enrolled and does not probe."""
    enrolled = [one for one in people if one.accepted(1)]
    threshold = threshold_of(rule, len(enrolled))
    fixed = replace(rule, threshold=threshold)
    known = [(place, shot) for place, one in enumerate(enrolled) for shot in one.probes]
    verdicts = verdicts_of(enrolled, [shot for _, shot in known], templates, fixed)
    taken_for = [None if verdict.client_id is None else verdict.client_id.int for verdict in verdicts]
    right = sum(found == place for found, (place, _) in zip(taken_for, known, strict=True))
    found = sum(one is not None for one in taken_for)
    let_in = verdicts_of(enrolled, strangers, templates, fixed)
    return ErrorRateRow(
        threshold=round(threshold, 4),
        margin=rule.margin,
        fnir=round(1 - right / max(1, len(known)), 4),
        fpir=_share(sum(one.outcome is MatchOutcome.FOUND for one in let_in), len(let_in)),
        wrong=found - right,
        uncertain=sum(one.outcome is MatchOutcome.UNCERTAIN for one in verdicts),
        enrolment_refused=sum(one.refused(templates) for one in people),
        probes=len(known),
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 5) if whole else None


def verdicts_of(
    enrolled: Sequence[Split], shots: Sequence[PhotoFile], templates: int, rule: MatchRule
) -> list[Identification]:
    """The door's verdict on each photo; a client's id is its place among the enrolled."""
    seen = [shot.embedding for shot in shots if shot.embedding is not None]
    scores = iter(compare(seen, [one.enrolled(templates, rule) for one in enrolled]))
    verdicts: list[Identification] = []
    for shot in shots:
        best, score, runner_up = UNSEEN if shot.embedding is None else next(scores)
        verdicts.append(identification_of(Candidates(UUID(int=best), score, runner_up, len(enrolled)), rule))
    return verdicts


def threshold_for(
    people: Sequence[Split], strangers: Sequence[PhotoFile], rule: MatchRule, wanted: float
) -> float | None:
    """The lowest threshold, in thousandths, at which at most that share of strangers is identified.

    With three templates a client; None without strangers.
    """
    enrolled = [one.enrolled(TEMPLATES[-1], rule) for one in people if one.accepted(1)]
    scores = compare([shot.embedding for shot in strangers if shot.embedding is not None], enrolled)
    if not scores:
        return None
    ahead = sorted((score for _, score, other in scores if score - other >= rule.margin), reverse=True)
    allowed = math.floor(wanted * len(strangers) + 1e-9)
    return 0.0 if allowed >= len(ahead) else math.floor(ahead[allowed] * 1000 + 1) / 1000


def compare(seen: Sequence[Vector], enrolled: Sequence[Sequence[Vector]]) -> list[tuple[int, float, float]]:
    """For each photo the best person's place, the score, and the best score of anybody else."""
    if not seen or not enrolled:
        return []
    starts = np.cumsum([0, *(len(own) for own in enrolled[:-1])])
    templates = np.stack(list(chain.from_iterable(enrolled)))
    found: list[tuple[int, float, float]] = []
    for first in range(0, len(seen), ROWS):
        scores = np.stack(seen[first : first + ROWS]) @ templates.T
        found.extend(_best_two(one) for one in np.maximum.reduceat(scores, starts, axis=1))
    return found


def _best_two(scores: Vector) -> tuple[int, float, float]:
    best = int(np.argmax(scores))
    rest = np.delete(scores, best)
    return best, float(scores[best]), float(rest.max()) if len(rest) else NOBODY.runner_up
