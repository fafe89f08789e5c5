"""Structured logging: one line an event, JSON or console, for structlog and the standard library alike."""

from __future__ import annotations

import logging
import sys
from types import TracebackType
from typing import Final, Literal, TextIO

import structlog
from structlog.typing import Processor

from gym.core.redaction import REDACTOR, RedactingFilter, Redactor

CHATTY: Final = (
    "alembic",
    "httpx",
    "httpcore",
    "telegram",
    "apscheduler",
    "aiohttp.access",
    "fontTools",
    "fpdf",
    "matplotlib",
    "asyncio",
    "tzlocal",
)
"""Libraries whose INFO is noise; httpx would also write each Bot API address with its token."""


def configure_logging(
    level: str,
    fmt: Literal["json", "console"],
    *,
    stream: TextIO | None = None,
    redactor: Redactor = REDACTOR,
) -> None:
    """Send every logger to `stream` (stderr, so that a command's own output stays clean).

    Contextvars such as the request id stand in each line. Tracebacks never show local variables, and
    everything passes the redactor before any handler sees it.
    """
    shared = _shared(redactor)
    structlog.configure(
        processors=[
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        cache_logger_on_first_use=False,
    )
    handler = _handler(shared, fmt, stream or sys.stderr, redactor)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))
    # Matplotlib warns when a fallback font has no bold: there is nothing an operator could do about it.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    sys.excepthook = _last_words


def _shared(redactor: Redactor) -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        redactor,
    ]


def _handler(shared: list[Processor], fmt: str, stream: TextIO, redactor: Redactor) -> logging.Handler:
    handler = logging.StreamHandler(stream)
    handler.addFilter(RedactingFilter(redactor))
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _renderer(fmt, colors=stream.isatty()),
            ],
        )
    )
    return handler


def _renderer(fmt: str, *, colors: bool) -> Processor:
    if fmt == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=structlog.dev.plain_traceback)


def _last_words(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A fault nobody caught ends in the log as well: Python's own hook would print the bot's token."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger("powergym").critical("stopped by a fault", exc_info=(kind, error, trace))
