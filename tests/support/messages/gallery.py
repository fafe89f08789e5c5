"""The gallery: every notification in every language on one page, as a chat would show it.

python -m tests.support.messages.gallery OUT.html
"""

from __future__ import annotations

import html
import sys
from collections.abc import Iterator
from pathlib import Path

from bot.messages import Message, render
from gym.core.language import LANGUAGES
from gym.notifications.kinds import GROUP_OF, WAITS
from gym.notifications.models import NotificationKind
from gym.settings.schemas import GymSettings
from tests.support.messages.samples import NOW, samples

STYLE = """
body { font: 15px/1.4 system-ui, sans-serif; background: #dfe7ee; color: #111;
  margin: 2rem auto; max-width: 1100px }
h2 { font-size: 15px; margin: 1.6rem 0 .4rem } h2 small { color: #567; font-weight: normal }
.row { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; align-items: start; margin-bottom: .6rem }
.bubble { background: #fff; border-radius: 12px; padding: .6rem .8rem; white-space: pre-wrap;
  overflow-wrap: anywhere }
.keys { display: flex; gap: 4px; margin-top: 4px } .keys span { flex: 1; background: #7a93a8; color: #fff;
  border-radius: 8px; padding: .3rem; text-align: center; font-size: 14px }
.said::before { content: attr(lang); float: left; color: #567; font-size: 11px; text-transform: uppercase }
.said { padding-top: 2px } .said .bubble { clear: left }
@media (max-width: 600px) { body { margin: .8rem } .row { grid-template-columns: 1fr; gap: .4rem;
  margin-bottom: 1.2rem } }
"""


def page(settings: GymSettings | None = None) -> str:
    """The whole page. Raises LookupError when a kind has no words or its sample lacks something."""
    body = "".join(_section(kind, settings or GymSettings.model_validate({})) for kind in NotificationKind)
    return (
        "<!doctype html><html lang='en'><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'><title>Messages</title>"
        f"<style>{STYLE}</style>"
        f"<h1>Messages</h1>{body}</html>"
    )


def _section(kind: NotificationKind, settings: GymSettings) -> str:
    group = GROUP_OF.get(kind)
    notes = [f"can be switched off: {group.value}" if group else "always", *_waits(kind)]
    rows = "".join(_row(kind, sample, settings) for sample in samples(kind))
    return f"<h2>{kind.value} <small>{html.escape(' · '.join(notes))}</small></h2>{rows}"


def _waits(kind: NotificationKind) -> Iterator[str]:
    if kind in WAITS:
        yield "waits during the quiet hours"


def _row(kind: NotificationKind, payload: dict[str, object], settings: GymSettings) -> str:
    bubbles = [_bubble(render(kind, payload, settings, language, NOW), language) for language in LANGUAGES]
    return f"<div class='row'>{''.join(bubbles)}</div>"


def _bubble(message: Message, language: str) -> str:
    rows = message.keyboard.inline_keyboard if message.keyboard else ()
    keys = "".join(
        f"<div class='keys'>{''.join(f'<span>{html.escape(key.text)}</span>' for key in row)}</div>"
        for row in rows
    )
    return f"<div class='said' lang='{language}'><div class='bubble'>{message.text}</div>{keys}</div>"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
