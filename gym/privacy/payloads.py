"""What each text in a message's payload may hold of a person, by the key under which it is stored."""

from __future__ import annotations

from typing import Final

PAYLOAD_KEYS: Final = {
    "answer": "words",
    "asked_by": "name",
    "cause": "",
    "chat": "words",
    "client_name": "name",
    "code": "",
    "decided_by": "name",
    "denied_code": "",
    "discount_kind": "",
    "display_name": "name",
    "error": "",
    "fields": "",
    "first_name": "name",
    "friend_name": "name",
    "invited_by": "name",
    "job": "",
    "kind": "",
    "method": "",
    "name": "name",
    "note": "words",
    "old_plan": "",
    "opens_at": "",
    "plan_name": "",
    "product_name": "",
    "reason": "words",
    "report": "",
    "replaces": "",
    "role": "",
    "running_plan": "",
    "staff_name": "name",
    "state": "",
    "status": "",
    "taken_by": "name",
    "text": "words",
    "till": "name",
    "trail_mark": "",
    "trouble": "",
    "username": "name",
    "what": "",
}
"""Words of `gym.privacy.register.Holds`; empty for words of the program and of the gym's own settings."""
