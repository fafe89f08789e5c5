"""The log: no token, key, password or row value in it, in messages and in tracebacks, from any logger."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from collections.abc import Generator
from typing import Any, Literal
from urllib.parse import quote

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from gym.core.logging import configure_logging
from gym.core.redaction import HIDDEN, RedactingFilter, Redactor

TOKEN = "7123456789:AAE-abcdefghijklmnopqrstuvwxyz_0123"
SECRET = 'pass "phrase" \\ ñandú'


class Log:
    """A log configured as in life, read back line by line."""

    def __init__(self, fmt: Literal["json", "console"] = "json", level: str = "INFO") -> None:
        self.stream = io.StringIO()
        configure_logging(level, fmt, stream=self.stream, redactor=Redactor([SECRET]))

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture(autouse=True)
def own_logging() -> Generator[None]:
    """Give the other tests their logging back."""
    root, hook = logging.getLogger(), sys.excepthook
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    yield
    logging.captureWarnings(False)
    root.handlers, sys.excepthook = handlers, hook
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def fail_with(text: str) -> None:
    raise RuntimeError(text)


@pytest.mark.parametrize("shape", [TOKEN, quote(TOKEN), f"https://api.telegram.org/bot{TOKEN}/getMe"])
@pytest.mark.parametrize("fmt", ["json", "console"])
def test_a_bot_token_reaches_no_message_argument_field_or_traceback(
    shape: str, fmt: Literal["json", "console"]
) -> None:
    log = Log(fmt)
    standard, ours = logging.getLogger("some.library"), structlog.get_logger()
    standard.warning("calling %s", shape)
    standard.warning("calling %(url)s", {"url": shape})
    ours.warning(f"calling {shape}", url=shape, nested={"list": [shape, (shape,)]}, error=ValueError(shape))
    for logger in (standard, ours):
        try:
            fail_with(shape)
        except RuntimeError:
            logger.exception("failed")
    assert "7123456789" not in log.text
    assert "abcdefghijklmnopqrstuvwxyz" not in log.text
    assert log.text.count(HIDDEN) >= 8
    assert log.text.count("Traceback (most recent call last)") == 2
    assert "fail_with" in log.text


@pytest.mark.parametrize("fmt", ["json", "console"])
def test_a_known_secret_is_hidden_in_every_spelling(fmt: Literal["json", "console"]) -> None:
    log = Log(fmt)
    structlog.get_logger().warning("x", plain=SECRET, spoken=json.dumps({"a": SECRET}), url=quote(SECRET, ""))
    logging.getLogger("a").error("b %s", SECRET)
    assert "phrase" not in log.text
    assert log.text.count(HIDDEN) == 4


def test_a_secret_learned_later_is_hidden_from_then_on() -> None:
    redactor = Redactor()
    assert redactor.clean("the key is abcdef123") == "the key is abcdef123"
    redactor.add_secrets("abcdef123", "abcdef", "x")
    assert redactor.clean("the key is abcdef123, axe") == f"the key is {HIDDEN}, axe"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Authorization: Bearer abc.def.ghi", "abc.def.ghi"),
        ("got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "c2lnbmF0dXJl"),
        ("postgresql+asyncpg://gym:hunter2@db:5432/gym", "hunter2"),
        ("https://t.me/gym_bot?start=sAbCdEfGhIjKlMnOpQrStUv", "AbCdEfGhIjKl"),
        ("/api/v1/thumbnails/1?until=17&mac=AbCdEfGhIjKlMnOpQrStUv", "AbCdEfGhIjKl"),
        ("DETAIL:  Key (document_number)=(1020304050) already exists.\n[SQL: INSERT]", "1020304050"),
        ("DETAIL:  Failing row contains (Ana,\nmultiline 1020304050).", "1020304050"),
        ("[SQL: INSERT]\n[parameters: ('1020304050', 'Ana')]\n(Background)", "1020304050"),
    ],
)
def test_other_things_that_do_not_belong_in_a_log_are_hidden(text: str, secret: str) -> None:
    cleaned = Redactor().clean(text)
    assert secret not in cleaned
    assert HIDDEN in cleaned


def test_ordinary_text_stays_as_it_is() -> None:
    text = (
        "12:30 client 0198c2d3-7abc-7def-8123-0123456789ab checked in at http://127.0.0.1:8080/kiosk?start=1"
    )
    assert Redactor().clean(text) == text


@given(before=st.text(max_size=30), after=st.text(max_size=30), bot=st.integers(1, 10**12))
def test_a_token_is_found_wherever_it_stands(before: str, after: str, bot: int) -> None:
    body = "AAE" + "x" * 32
    assert body not in Redactor().clean(f"{before}{bot}:{body}{after}")


def test_pictures_are_counted_and_plain_values_keep_their_type() -> None:
    log = Log()
    structlog.get_logger().info("photo", photo=b"\xff\xd8" * 50, stage=12.5, ok=True, none=None, tags={"a"})
    line = log.lines[0]
    assert line["photo"] == "<100 bytes>"
    assert (line["stage"], line["ok"], line["none"], line["tags"]) == (12.5, True, None, ["a"])


def test_endless_nesting_is_cut_and_still_clean() -> None:
    knot: list[object] = [TOKEN]
    for _ in range(30):
        knot = [knot]
    assert TOKEN not in str(Redactor().value(knot))


def test_a_line_says_when_where_how_bad_and_for_which_request() -> None:
    log = Log()
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        structlog.get_logger("desk").info("sold", plan="month")
        logging.getLogger("library").warning("slow: %d", 3)
    ours, theirs = log.lines
    assert (ours["event"], ours["level"], ours["request_id"], ours["plan"]) == (
        "sold",
        "info",
        "r-1",
        "month",
    )
    assert ours["timestamp"].endswith("Z")
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("slow: 3", "warning", "library")
    assert theirs["request_id"] == "r-1"


def test_each_event_is_one_line_even_with_a_traceback_in_it() -> None:
    log = Log()
    try:
        fail_with("two\nlines")
    except RuntimeError:
        structlog.get_logger().exception("failed")
    assert len(log.lines) == 1
    assert "fail_with" in log.lines[0]["exception"]


def test_a_traceback_never_shows_local_variables() -> None:
    log = Log("console")
    try:
        document = "10203" + "04050"
        fail_with(f"length {len(document)}")
    except RuntimeError:
        structlog.get_logger().exception("failed")
    assert "length 10" in log.text
    assert "1020304050" not in log.text


@pytest.mark.parametrize("name", ["httpx", "telegram.ext.Application", "apscheduler.executors.default"])
def test_chatty_libraries_speak_only_of_warnings(name: str) -> None:
    log = Log(level="DEBUG")
    logging.getLogger(name).info("HTTP Request: POST")
    logging.getLogger(name).warning("something is wrong")
    assert [line["event"] for line in log.lines] == ["something is wrong"]


def test_the_level_is_obeyed_by_both_kinds_of_loggers() -> None:
    log = Log(level="WARNING")
    structlog.get_logger().info("no")
    logging.getLogger("a").info("no")
    structlog.get_logger().warning("yes")
    logging.getLogger("a").warning("yes")
    assert [line["event"] for line in log.lines] == ["yes", "yes"]


def test_configuring_twice_does_not_print_twice() -> None:
    Log()
    log = Log()
    structlog.get_logger().info("once")
    assert len(log.lines) == 1


def test_a_log_call_whose_arguments_do_not_fit_is_kept_and_breaks_nothing() -> None:
    log = Log()
    logging.getLogger("a").warning("%d people", TOKEN)
    assert "people" in log.lines[0]["event"]
    assert TOKEN not in log.text


def test_the_filter_alone_cleans_a_foreign_handler_with_its_traceback() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(RedactingFilter(Redactor()))
    logger = logging.getLogger("foreign")
    logger.addHandler(handler)
    try:
        fail_with(TOKEN)
    except RuntimeError:
        logger.error("bot%s", TOKEN, exc_info=True, stack_info=True)
    finally:
        logger.removeHandler(handler)
    assert TOKEN not in stream.getvalue()
    assert "RuntimeError: [hidden]" in stream.getvalue()
    assert "Stack (most recent call last)" in stream.getvalue()


def test_a_fault_that_nobody_caught_ends_clean_in_the_log_and_the_process_fails() -> None:
    script = (
        "from gym.core.logging import configure_logging\n"
        "configure_logging('INFO', 'json')\n"
        f"raise RuntimeError('The token ' + '{TOKEN[:10]}' + '{TOKEN[10:]}' + ' was rejected')\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert TOKEN not in ended.stderr
    line = json.loads(ended.stderr)
    assert line["level"] == "critical"
    assert "RuntimeError: The token [hidden] was rejected" in line["exception"]
