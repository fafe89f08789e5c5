"""Liveness is off, only counted, or enforced; never silently off."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper
from prometheus_client import REGISTRY

from gym.core.config import Config, ConfigError
from gym.faces.engine.reader import Purpose
from gym.faces.enrolment.photos import enrolment_face
from gym.faces.errors import FaceCutOff, SpoofSuspected
from gym.faces.liveness.passive import LIVE, OPEN, LivenessGate, LivenessMode, LivenessModel, open_gate
from gym.faces.pool import FacePool
from tests.faces.hard_photos import encoded, pixels_of
from tests.support.people import people

CPU = ["CPUExecutionProvider"]
BRIGHT, DARK = people()[0].photo(0), encoded((pixels_of(people()[0].photo(0)) * 0.4).astype("uint8"))
"""For a network that calls live what is bright: one passes, the other does not."""
Open = Callable[[LivenessMode], FacePool]


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network with MiniFASNet's borders: sigmoid of how much brighter than 0.35 the crop is."""
    nodes = [
        helper.make_node("GlobalAveragePool", ["input"], ["colours"]),
        helper.make_node("ReduceMean", ["colours"], ["light"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Sub", ["light", "middle"], ["more"]),
        helper.make_node("Mul", ["more", "steep"], ["scaled"]),
        helper.make_node("Sigmoid", ["scaled"], ["live"]),
    ]
    return _saved(tmp_path_factory.mktemp("live") / "brightness.onnx", nodes, 80)


def _saved(path: Path, nodes: list[onnx.NodeProto], side: int) -> Path:
    numbers = {"middle": 0.35, "steep": 60.0}
    known = [helper.make_tensor(name, TensorProto.FLOAT, [], [number]) for name, number in numbers.items()]
    given = helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N", 3, side, side])
    answer = helper.make_tensor_value_info("live", TensorProto.FLOAT, ["N"])
    graph = helper.make_graph(nodes, "brightness", [given], [answer], known)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), str(path))
    return path


@pytest.fixture
def pool_in(face_pool: FacePool, network: Path) -> Open:
    """The same reader behind another gate."""

    def opened(mode: LivenessMode) -> FacePool:
        return FacePool(face_pool.reader, 1, gate=LivenessGate(mode, LivenessModel(network, CPU)))

    return opened


@pytest.mark.parametrize(("photo", "passes"), [(BRIGHT, True), (DARK, False)])
async def test_enforcing_lets_pass_only_what_the_network_calls_live(
    pool_in: Open, photo: bytes, passes: bool
) -> None:
    pool = pool_in(LivenessMode.ENFORCE)
    reading = await pool.read(photo, Purpose.CHECK_IN)
    assert await pool.live([reading]) is passes


async def test_observing_counts_and_lets_everybody_pass(pool_in: Open) -> None:
    pool = pool_in(LivenessMode.OBSERVE)
    before = [_counted("observe", result) for result in ("live", "spoof")]
    for photo in (BRIGHT, DARK):
        assert await pool.live([await pool.read(photo, Purpose.CHECK_IN)])
    assert [_counted("observe", result) for result in ("live", "spoof")] == [one + 1 for one in before]


def _counted(mode: str, result: str) -> float:
    return REGISTRY.get_sample_value("powergym_liveness_total", {"mode": mode, "result": result}) or 0.0


async def test_frames_of_one_moment_are_judged_together(pool_in: Open) -> None:
    pool = pool_in(LivenessMode.ENFORCE)
    bright, dark = [await pool.read(photo, Purpose.CHECK_IN) for photo in (BRIGHT, DARK)]
    assert await pool.live([bright, bright, bright])
    assert not await pool.live([bright, dark])


async def test_a_picture_of_a_face_is_not_remembered(pool_in: Open) -> None:
    with pytest.raises(SpoofSuspected) as refused:
        await enrolment_face(pool_in(LivenessMode.ENFORCE), DARK)
    assert (refused.value.code, refused.value.status) == ("spoof_suspected", 422)
    for mode in (LivenessMode.ENFORCE, LivenessMode.OBSERVE):
        assert (await enrolment_face(pool_in(mode), BRIGHT)).crop
    assert (await enrolment_face(pool_in(LivenessMode.OBSERVE), DARK)).crop


async def test_a_face_that_the_picture_cuts_off_is_asked_to_step_back(pool_in: Open) -> None:
    pool = pool_in(LivenessMode.ENFORCE)
    x1, y1, x2, y2 = (await pool.read(BRIGHT, Purpose.CHECK_IN)).face.box
    third = (x2 - x1) // 3
    close = pixels_of(BRIGHT)[y1 + third // 2 : y2 - third // 2, x1 + third : x2].copy()
    reading = await pool.read(encoded(close), Purpose.CHECK_IN)
    with pytest.raises(FaceCutOff) as refused:
        await pool.live([reading])
    assert (refused.value.code, refused.value.status) == ("face_too_small", 422)
    assert await pool_in(LivenessMode.OBSERVE).live([reading])


def test_the_gate_opens_as_the_environment_says(config: Config, network: Path) -> None:
    def gate(mode: str, path: Path | None) -> LivenessGate:
        return open_gate(config.model_copy(update={"face_liveness": mode, "face_liveness_model": path}))

    assert gate("off", network) is OPEN
    assert gate("enforce", network).mode is LivenessMode.ENFORCE
    assert gate("enforce", network).model is not None
    assert gate("observe", None) == LivenessGate(LivenessMode.OBSERVE, None)
    for path in (None, network.with_name("gone.onnx")):
        with pytest.raises(ConfigError, match=r"FACE_LIVENESS_MODEL: FACE_LIVENESS=enforce needs"):
            gate("enforce", path)


def test_what_is_no_liveness_network_is_refused_at_the_start(tmp_path: Path) -> None:
    scrap = tmp_path / "scrap.onnx"
    scrap.write_bytes(b"not a network")
    nodes = [helper.make_node("ReduceMean", ["input"], ["live"], axes=[1, 2, 3], keepdims=0)]
    for path in (scrap, _saved(tmp_path / "other.onnx", nodes, 96)):
        with pytest.raises(ConfigError, match=r"FACE_LIVENESS_MODEL: .* is no liveness model"):
            LivenessModel(path, CPU)


def test_the_least_probability_is_the_one_insightface_uses() -> None:
    from insightface.addons.liveness import DEFAULT_THRESHOLD

    assert LIVE == DEFAULT_THRESHOLD
