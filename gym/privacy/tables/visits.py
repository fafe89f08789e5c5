"""The privacy register's rows of the door: visits, refusals, kiosks and rewards."""

from __future__ import annotations

from typing import Final

from gym.privacy.register import BLANK, ClientRows, Entry, Old
from gym.privacy.tables.conditions import MINE, STAFF_NAME
from gym.privacy.tables.reasons import DAY, MONEY
from gym.settings.schemas import KeptFor

WORDLESS: Final = f"CASE WHEN override_reason IS NULL THEN NULL ELSE {BLANK} END"
"""Why somebody was let in against the verdict goes; that it was done stays a figure of whoever did it."""

VISITS: Final = (
    Entry(
        "check_ins",
        {"override_reason": "words"},
        "id client_id subscription_id outcome code method counted visit_number balance kiosk_id staff_id at"
        " received_at left_at gym_day undone_at undone_by idempotency_key",
        (
            # Reports count refusals by their reason; whose they were is nobody's business after a season.
            Old(
                "outcome = 'denied' AND client_id IS NOT NULL AND received_at < :moment",
                KeptFor.DENIALS,
                sets="client_id = NULL, subscription_id = NULL, balance = NULL,"
                f" override_reason = {WORDLESS}",
            ),
        ),
        stays="visits are what a plan was used for; refusals only count",
        whose="client staff",
        why="what a plan was used for, and why somebody was refused",
        client=ClientRows(
            which=MINE,
            sets={"override_reason": WORDLESS},
            withheld={"staff_id": STAFF_NAME, "undone_by": STAFF_NAME, "idempotency_key": "a random number"},
        ),
    ),
    Entry(
        "visit_rollups",
        {},
        "id gym_day hour plan_id visits",
        stays="sums of visits by hour and plan, without people",
    ),
    Entry("visit_days", {}, "gym_day visits", stays="sums of a day, without people"),
    Entry(
        "visit_hours",
        {},
        "id month weekday hour plan_id visits",
        stays="sums of visits by hour and plan, without people",
    ),
    Entry(
        "visitor_months",
        {},
        "month client_id visits",
        stays="how many people came in a month is counted by id, as visits are",
        whose="client",
        why="reports over years need not count every visit anew",
        client=ClientRows(which=MINE),
    ),
    Entry(
        "rolled_months",
        {},
        "month zone rolled_at",
        stays="one row a month",
    ),
    Entry(
        "reopened_months",
        {},
        "id month",
        stays="deleted when the month is counted again",
    ),
    Entry(
        "outreaches",
        {"staff_name": "name"},
        "id client_id kind staff_id at gym_day days_away value",
        (Old("at < :moment", 730 * DAY),),
        whose="client staff",
        why="nobody is called twice, and a month later it is seen who came back",
        client=ClientRows(
            which=MINE,
            deletes=True,
            withheld={"staff_name": STAFF_NAME, "staff_id": STAFF_NAME},
        ),
    ),
    Entry(
        "kiosks",
        {
            "name": "words",
            "secret_hash": "digest",
            "exit_pin_hash": "digest",
            "door_address": "address words",
        },
        "id active token_generation paired_at last_seen_at paired_by",
        stays="devices; visits name them",
        whose="staff",
        why="which devices may let people in",
    ),
    Entry(
        "pairing_codes",
        {"digest": "digest", "name": "words", "exit_pin_hash": "digest"},
        "id number tries created_by created_at expires_at used_at kiosk_id",
        (Old("coalesce(used_at, expires_at) < :moment", DAY),),
        whose="staff",
        why="a new kiosk is let in once",
    ),
    Entry(
        "rewards",
        {},
        "id client_id kind subscription_id friend_id threshold percent granted_on expires_on granted_at"
        " redeemed_at redeemed_by revoked_at",
        stays=MONEY,
        whose="client",
        why="discounts that visits and friends have earned",
        client=ClientRows(which=MINE, withheld={"friend_id": "another client"}),
    ),
)
