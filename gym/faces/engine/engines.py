"""Factory of face readers: the engine that runs a pack of models."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import structlog

from gym.core.config import Config
from gym.faces.engine.model_packs import Engine
from gym.faces.engine.model_store import Source, locate
from gym.faces.engine.reader import FaceReader

log = structlog.get_logger()


def open_reader(pack: str, root: Path, providers: Sequence[str], source: Source | None = None) -> FaceReader:
    """The reader of a pack. Raises `ConfigError` with one line for the operator."""
    located = locate(pack, root, source)
    # Here, because each of them brings a library of its own that takes a second to import.
    if located.pack.engine is Engine.OPENCV:
        from gym.faces.engine.yunet_reader import YuNetReader

        reader: FaceReader = YuNetReader(located, providers)
    else:
        from gym.faces.engine.insightface_reader import InsightFaceReader

        reader = InsightFaceReader(located, providers)
    log.info("face_engine", model=reader.model_id, providers=reader.providers)
    return reader


def source_of(config: Config) -> Source:
    """Where the configuration lets packs come from."""
    return Source(config.face_pack_url, config.face_download, config.face_pack_files)


def open_configured(config: Config) -> FaceReader:
    """The reader that the environment asks for. Raises `ConfigError`."""
    return open_reader(config.face_pack, config.packs_root, config.face_providers, source_of(config))
