"""Optimiser of a recogniser's ONNX graph: PReLU rewritten so that a CPU stays in the blocked layout.

ArcFace networks end every convolution in a PReLU. ONNX Runtime has none in the blocked layout (NCHWc) that
its convolutions are fastest in, so it turns the tensor around before each and back after it, and works the
PReLU itself off slowly: half of the time of w600k_mbf. `x + ReLU((a - 1) x)` is the same function for every
slope up to 1, of operations that the layout knows (a 1 × 1 depthwise convolution, ReLU, a sum). Embeddings
differ from those of the file by two millionths; the file, its hash and the model's id stay what they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

STEEPEST: Final = 1.0


def without_prelu(path: Path) -> bytes | None:
    """The model of a file with every PReLU of one slope a channel rewritten; None when there is none."""
    import onnx

    model: Any = onnx.load(str(path))
    graph = model.graph
    slopes = _slopes(graph)
    if not slopes:
        return None
    nodes = [new for node in graph.node for new in _rewritten(node, slopes)]
    del graph.node[:]
    graph.node.extend(nodes)
    graph.initializer.extend(_weights(name, slope) for name, slope in slopes.items())
    _drop_unused(graph)
    return model.SerializeToString()


def _slopes(graph: Any) -> dict[str, NDArray[np.float32]]:
    """By the output of each PReLU that can be rewritten: its slopes, (channels,)."""
    from onnx import numpy_helper

    stored = {one.name: one for one in graph.initializer}
    found: dict[str, NDArray[np.float32]] = {}
    for node in graph.node:
        if node.op_type != "PRelu" or node.input[1] not in stored:
            continue
        slope = np.asarray(numpy_helper.to_array(stored[node.input[1]]), np.float32)
        # One slope alone is for every channel there is, and how many there are is not said here.
        a_channel_each = slope.ndim == 3 and slope.shape[1:] == (1, 1) and len(slope) > 1
        if a_channel_each and slope.max() <= STEEPEST:
            found[node.output[0]] = slope.reshape(-1)
    return found


def _rewritten(node: Any, slopes: dict[str, NDArray[np.float32]]) -> Iterator[Any]:
    from onnx import helper

    name = node.output[0] if node.output else ""
    slope = slopes.get(name)
    if slope is None or node.op_type != "PRelu":
        yield node
        return
    source, scaled, bent = node.input[0], f"{name}/scaled", f"{name}/bent"
    yield helper.make_node("Conv", [source, _name(name)], [scaled], group=len(slope), kernel_shape=[1, 1])
    yield helper.make_node("Relu", [scaled], [bent])
    yield helper.make_node("Add", [source, bent], [name])


def _weights(name: str, slope: NDArray[np.float32]) -> Any:
    from onnx import numpy_helper

    return numpy_helper.from_array((slope - 1).reshape(-1, 1, 1, 1), _name(name))


def _name(output: str) -> str:
    return f"{output}/slope"


def _drop_unused(graph: Any) -> None:
    """ONNX Runtime logs a warning for each initialiser that no node reads."""
    read = {name for node in graph.node for name in node.input}
    kept = [one for one in graph.initializer if one.name in read]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    inputs = [one for one in graph.input if one.name in read]
    del graph.input[:]
    graph.input.extend(inputs)
