"""The search by bytes first: never another answer than comparing everything with everything."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gym.faces.gallery.snapshot import CodedVectors, TemplateBlock, TemplateGroup

Vectors = NDArray[np.float32]


def unit(rows: Vectors) -> Vectors:
    """Unit vectors as PostgreSQL keeps them: halves."""
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float16).astype(np.float32)


def brute(
    vectors: Vectors, owners: NDArray[np.int32], probe: Vectors, other: int | None
) -> tuple[int, float, float]:
    scores = vectors @ probe
    if other is not None:
        scores[owners == other] = -np.inf
    owner = int(owners[int(np.argmax(scores))])
    rest = scores[owners != owner]
    return owner, float(scores.max()), float(max(rest.max(initial=-1.0), -1.0))


def crowd(draw: np.random.Generator, people: int, likeness: float) -> tuple[Vectors, NDArray[np.int32]]:
    """People with one to five templates; at a likeness of 1 everybody has nearly the same face."""
    common = draw.standard_normal(512)
    rows, owners = [], []
    for person in range(people):
        own = likeness * common + (1 - likeness) * draw.standard_normal(512)
        for _ in range(int(draw.integers(1, 6))):
            rows.append(own + 0.05 * draw.standard_normal(512))
            owners.append(person)
    return unit(np.array(rows, np.float32)), np.array(owners, np.int32)


def group_of(vectors: Vectors, owners: NDArray[np.int32], cut: int) -> TemplateGroup:
    parts = [part for part in (slice(None, cut), slice(cut, None)) if len(owners[part])]
    return TemplateGroup(tuple(TemplateBlock.of(vectors[part], owners[part]) for part in parts))


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    people=st.integers(1, 40),
    likeness=st.sampled_from([0.0, 0.5, 0.9, 0.999]),
    ask_other=st.booleans(),
)
def test_the_best_owner_and_the_best_other_one_are_those_of_brute_force(
    seed: int, people: int, likeness: float, ask_other: bool
) -> None:
    draw = np.random.default_rng(seed)
    vectors, owners = crowd(draw, people, likeness)
    group = group_of(vectors, owners, int(draw.integers(0, len(owners))))
    probe = unit(
        (vectors[int(draw.integers(len(owners)))] + 0.05 * draw.standard_normal(512))[None].astype(np.float32)
    )[0]
    other = int(draw.integers(people)) if ask_other and people > 1 else None
    found = group.search(probe, other)
    owner, score, runner_up = brute(vectors, owners, probe, other)
    assert found is not None
    assert found[1:] == pytest.approx((score, runner_up), abs=1e-5)
    if score - runner_up > 1e-5:
        assert found[0] == owner


def test_nobody_is_left_when_the_only_one_is_left_out() -> None:
    vectors, owners = crowd(np.random.default_rng(1), 1, 0.0)
    assert group_of(vectors, owners, 0).search(vectors[0], 0) is None


def test_what_bytes_lose_is_known_to_the_last_digit() -> None:
    vectors, _ = crowd(np.random.default_rng(2), 50, 0.5)
    coded = CodedVectors.of(vectors)
    back = coded.codes * coded.steps[:, None]
    assert np.allclose(np.linalg.norm(vectors - back, axis=1), coded.lost, atol=1e-6)
    assert coded.lost.max() < 0.02


def test_recall_is_whole_among_ten_thousand_people() -> None:
    draw = np.random.default_rng(3)
    vectors = unit(draw.standard_normal((10_000, 512)).astype(np.float32))
    owners = np.arange(10_000, dtype=np.int32)
    group = TemplateGroup(
        tuple(
            TemplateBlock.of(vectors[at : at + 2048], owners[at : at + 2048]) for at in range(0, 10_000, 2048)
        )
    )
    for place in draw.integers(0, 10_000, 200):
        for likeness in (0.0, 0.2, 0.6):
            probe = unit(
                (likeness * vectors[place] + (1 - likeness) * draw.standard_normal(512) / 22.6)[None].astype(
                    np.float32
                )
            )[0]
            found = group.search(probe, None)
            owner, score, runner_up = brute(vectors, owners, probe, None)
            assert found is not None
            assert found[1:] == pytest.approx((score, runner_up), abs=1e-5)
            if score - runner_up > 1e-5:
                assert found[0] == owner
