"""Running an operator's command: a coroutine with an exit status, and its configuration."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import ParamSpec

import typer

from gym.core.config import Config, ConfigError, load_config
from gym.core.errors import GymError
from gym.core.language import Translator
from gym.core.logging import configure_logging
from gym.core.postgres import PostgresUnavailable

Arguments = ParamSpec("Arguments")


def command(work: Callable[Arguments, Coroutine[None, None, int]]) -> Callable[Arguments, None]:
    """Run a coroutine as a command: its number is the exit status, an expected fault is one line."""

    @wraps(work)
    def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        try:
            status = asyncio.run(work(*args, **kwargs))
        except GymError as error:
            sys.exit(Translator("en")(error.message, **error.context))
        except (ConfigError, PostgresUnavailable) as error:
            sys.exit(str(error))
        raise typer.Exit(status)

    return run


def environment() -> Config:
    """The configuration, or one line that says which value is wrong. From here on, logs go to stderr."""
    try:
        config = load_config()
    except ConfigError as error:
        sys.exit(str(error))
    configure_logging(config.log_level, config.log_format)
    return config
