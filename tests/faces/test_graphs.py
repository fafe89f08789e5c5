"""The rewritten recogniser says what the published one says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from gym.core.config import Config
from gym.faces.engine.insightface_reader import InsightFaceReader
from gym.faces.engine.model_store import locate
from gym.faces.engine.onnx_optimiser import without_prelu
from gym.faces.engine.reader import Purpose
from tests.support.people import people


def small_network(folder: Path, slopes: np.ndarray) -> Path:
    """One convolution and one PReLU."""
    channels = max(8, len(slopes))
    weights = np.random.default_rng(1).standard_normal((channels, 3, 3, 3)).astype(np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["in", "w"], ["x"], kernel_shape=[3, 3]),
            helper.make_node("PRelu", ["x", "slope"], ["y"]),
            helper.make_node("Flatten", ["y"], ["out"]),
        ],
        "small",
        [helper.make_tensor_value_info("in", TensorProto.FLOAT, [1, 3, 12, 12])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, channels * 100])],
        [numpy_helper.from_array(weights, "w"), numpy_helper.from_array(slopes.astype(np.float32), "slope")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)])
    model.ir_version = 8
    path = folder / "small.onnx"
    onnx.save(model, str(path))
    return path


def answer(model: str | bytes) -> np.ndarray:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    asked = np.random.default_rng(2).standard_normal((1, 3, 12, 12)).astype(np.float32)
    return np.asarray(session.run(None, {"in": asked})[0])


@pytest.mark.parametrize("low", [-2.0, -0.3, 0.0, 0.4])
def test_every_slope_up_to_one_gives_the_same_answer(tmp_path: Path, low: float) -> None:
    path = small_network(tmp_path, np.linspace(low, 1.0, 24).reshape(-1, 1, 1))
    rewritten = without_prelu(path)
    assert rewritten is not None
    assert "PRelu" not in {node.op_type for node in onnx.load_from_string(rewritten).graph.node}
    assert np.allclose(answer(rewritten), answer(str(path)), atol=1e-5)


@pytest.mark.parametrize(
    "slopes", [np.full((8, 1, 1), 1.5), np.full((8, 10, 10), 0.5), np.full((1, 1, 1), 0.5)]
)
def test_a_network_that_cannot_be_rewritten_is_left_alone(tmp_path: Path, slopes: np.ndarray) -> None:
    assert without_prelu(small_network(tmp_path, slopes)) is None


def test_embeddings_are_those_of_the_published_network(config: Config) -> None:
    located = locate(config.face_pack, config.packs_root)
    ours = InsightFaceReader(located, config.face_providers)
    published = InsightFaceReader(located, config.face_providers, as_published=True)
    assert ours.model_id == published.model_id
    for person in people():
        crop = ours.read(person.photo(2), Purpose.CHECK_IN).face.crop
        assert float(ours.embed(crop) @ published.embed(crop)) == pytest.approx(1, abs=1e-5)
        assert np.allclose(ours.features(crop), published.features(crop), atol=1e-3)
