"""A setting of the environment that is wrong stops the start with one line that names it."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from gym.app import Gym
from gym.core.config import Config, ConfigError, load_config
from gym.core.values.networks import Networks
from gym.security.keys.secrets import secrets_of
from gym.security.permissions import Actor
from gym.settings.models import GymState
from gym.settings.schemas import GymSettings
from gym.staff.service import StaffService
from tests.e2e.process import PATIENCE, ROOT

NUMBER = ("many", "-1", "1.5", "9" * 30, "0x10", "½", "nan")
SWITCH = ("maybe", "2", "-1", "ja!", "nonsense")
WORD = ("nonsense", "0", "-1", "off,on", "; DROP TABLE")
LINES = ("a\0b", "a\nb", "a\x1b[2Jb")
URL = (
    "nonsense",
    "gym.example",
    "ftp://gym.example",
    "javascript:alert(1)",
    "https://",
    "https://:443",
    "https://gym.example:99999",
    "https://gym.example:port",
    "https://ana:hunter2@gym.example",
    "https://gym example",
    "https://gym.example/#x",
    "https://[::1",
    "https://999.1.1.1",
    *LINES,
)
ADDRESSES = (
    "nonsense",
    "10.0.0.0/33",
    "10.0.0.1/8",
    "256.1.1.1",
    "::1/200",
    "10.0.0.7 10.0.0.8",
    "*",
    "a\0b",
)
DATABASE = (
    "mysql://x",
    "nonsense",
    "postgresql://",
    "postgresql://ana:hunter2@/gym",
    "postgresql://ana:hunter2@host:port/gym",
    "postgresql://ana:hunter2@host:70000/gym",
    "postgres+psycopg://ana:hunter2@host/gym",
    "http://host/gym",
    *LINES,
)
PATH = LINES[:2]
KEYS = ("hunter2", "k1:hunter2", "k1:", ":", "k 1:" + "A" * 43, "k1:" + "A" * 42)

WRONG: dict[str, tuple[str, ...]] = {
    "telegram_bot_token": ("hunter2", "abc:hunter2", "123", "123:", ":hunter2", "1 2:hunter2", *LINES),
    "telegram_api_url": (*URL, "http://api.telegram.org", "http://8.8.8.8", "https://gym.example/?x=1"),
    "telegram_webhook_url": (
        *URL,
        "http://gym.example/hook",
        "http://127.0.0.1:8080/hook",
        "https://gym.example:8080/hook",
        "https://gym.example/{",
        "https://gym.example/{x}",
        "https://gym.example/a%2Fb",
        "https://gym.example/hook/../api",
        "https://gym.example/api/v1/check-ins",
        "https://gym.example/password",
    ),
    "sandbox_port": (*NUMBER, "65536"),
    "database_url": DATABASE,
    "database_direct_url": DATABASE,
    "database_pooler": SWITCH,
    "database_pool_size": (*NUMBER, "0", "1", "201"),
    "auto_migrate": SWITCH,
    "powergym_home": (*PATH, "~nobody-of-that-name/gym", __file__),
    "web_host": ("nonsense nonsense", "256.0.0.1", "127.0.0.1:8080", "http://127.0.0.1", "-x", *LINES),
    "web_port": (*NUMBER, "65536"),
    "port": (*NUMBER, "0", "65536"),
    "trusted_proxies": (
        *ADDRESSES,
        "0.0.0.0/0",
        "::/0",
        "0.0.0.0/1,128.0.0.0/1",
        "::/1,8000::/1",
        "2000::/3",
        "10.0.0.7, nonsense",
    ),
    "allowed_origins": (
        "*",
        "null",
        "nonsense",
        "desk.example",
        "https://*.example",
        "https://desk.example/page",
        "https://desk.example?x",
        "https://a.example,*",
        "a\0b",
    ),
    "require_https": SWITCH,
    "web_tls_cert": (*PATH, "/nowhere/chain.pem", "/"),
    "web_tls_key": (*PATH, "/nowhere/key.pem", "/", __file__),
    "web_https_port": (*NUMBER, "65536"),
    "metrics_allow": ADDRESSES,
    "rate_limits": WORD,
    "gym_name": (" ", "x" * 81, *LINES),
    "gym_timezone": ("Mars/Olympus", "America", "../etc/passwd", "right/America/Bogota", "UTC+25", *LINES),
    "gym_currency": ("XXY", "pesos", "$", "-1", *LINES),
    "gym_language": ("de", "english", "-1", *LINES),
    "face_pack": ("../../etc", "a pack", "-x", "x" * 65, *LINES),
    "face_root": (*PATH, __file__),
    "face_download": SWITCH,
    "face_pack_url": URL,
    "face_pack_files": ("nonsense", "detector.onnx:" + "a" * 64, "../d.onnx:x,r.onnx:y", "a,b,c", "a\0b"),
    "face_providers": ("nonsense", ",", "CPUExecutionProvider,nonsense", "a\0b"),
    "face_threshold": ("-1", "0", "0.05", "0.96", "1", "nan", "inf", "automatic", "0,4", *LINES),
    "face_margin": ("-0.1", "0.6", "nan", "inf", "-inf", "wide", "0,05"),
    "face_liveness": WORD,
    "face_liveness_model": (*PATH, "/nowhere/model.onnx", "/"),
    "face_challenge": WORD,
    "face_workers": (*NUMBER, "0", "65"),
    "jwt_keys": KEYS,
    "data_keys": KEYS,
    "backup_passphrase": ("hunter2", "a b", *LINES),
    "backup_folder": (*PATH, "~nobody-of-that-name/gym", __file__),
    "backup_command": ("rclone 'bucket", "''", *LINES),
    "access_token_minutes": (*NUMBER, "0", "10081"),
    "refresh_token_hours": (*NUMBER, "0", "721"),
    "log_level": ("loud", "TRACE", "0", *LINES),
    "log_format": WORD,
}
"""At least one of a wrong type, out of range, garbage and what no line holds, for every setting."""
CASES = [(name, value) for name, values in WRONG.items() for value in values]
SECRETS = {"telegram_bot_token", "database_url", "database_direct_url", "jwt_keys", "data_keys"}


def judged(home: Path, env_file: Path | None = None) -> Config:
    """As every program reads its environment: the keys too, before anything is opened."""
    config = load_config(_env_file=env_file)
    secrets_of(config.model_copy(update={"powergym_home": home}))
    return config


def test_every_setting_has_its_wrong_values() -> None:
    assert set(WRONG) == set(Config.model_fields)
    assert all(len(values) >= 2 for values in WRONG.values())


@pytest.mark.parametrize(("name", "value"), CASES)
def test_a_wrong_value_is_one_line_that_names_it_and_tells_no_secret(
    name: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quoted = value.replace("\\", "\\\\").replace("'", "\\'")
    written = tmp_path / "environment"
    written.write_text(f"{name.upper()}='{quoted}'\n", newline="")
    with pytest.raises(ConfigError) as refused:
        judged(tmp_path, written)
    assert re.match(rf"{name.upper()}: [\w']", str(refused.value)), refused.value
    assert str(refused.value).isprintable(), "one line"
    assert "hunter2" not in str(refused.value)
    if name in SECRETS and len(value) > 3 and value != "postgresql://":
        assert value not in str(refused.value)

    if "\0" not in value:
        monkeypatch.setenv(name.upper(), value)
        with pytest.raises(ConfigError, match=rf"^{name.upper()}: "):
            judged(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("telegram_bot_token", "123:abc"),
        ("telegram_api_url", "http://127.0.0.1:8081"),
        ("telegram_api_url", "http://bot-api:8081"),
        ("telegram_api_url", "https://bot-api.example/"),
        ("telegram_webhook_url", "https://gym.example/hook"),
        ("telegram_webhook_url", "https://gym.example:8443/hook"),
        ("database_url", "postgres://ana:p#a?s@db.example:6432/gym".replace("?", "")),
        ("database_url", "postgresql://ana:señal@[::1]:5432/gym"),
        ("database_url", "postgresql+asyncpg:///gym?host=/var/run/postgresql"),
        ("web_host", "::1"),
        ("web_host", "localhost"),
        ("telegram_webhook_url", "https://gym.example/123:AB-c_d"),
        ("telegram_webhook_url", "https://gym.example"),
        ("trusted_proxies", "10.0.0.0/8,127.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,fc00::/7"),
        ("trusted_proxies", "127.0.0.1, 10.0.0.0/8,fd00::/8"),
        ("metrics_allow", "0.0.0.0/0"),
        ("allowed_origins", "https://Desk.example:8443/, http://localhost:3000"),
        ("face_threshold", "0.4"),
        ("face_threshold", "auto"),
        ("log_level", "debug"),
        ("gym_currency", "cop"),
    ],
)
def test_what_a_gym_may_want_is_taken(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name.upper(), value)
    assert getattr(load_config(_env_file=None), name)


def test_an_own_bot_api_server_delivers_into_the_own_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_API_URL", "http://127.0.0.1:8081")
    monkeypatch.setenv("TELEGRAM_WEBHOOK_URL", "http://127.0.0.1:8080/hook")
    assert load_config(_env_file=None).telegram_webhook_url == "http://127.0.0.1:8080/hook"
    monkeypatch.setenv("TELEGRAM_WEBHOOK_URL", "http://gym.example/hook")
    with pytest.raises(ConfigError, match=r"^TELEGRAM_WEBHOOK_URL: must begin with https"):
        load_config(_env_file=None)


def test_a_network_holds_its_addresses_however_they_are_written() -> None:
    networks = Networks.of(["10.0.0.0/8", "fd00::/8", "192.168.1.5"])
    for inside in ("10.1.2.3", "::ffff:10.1.2.3", "fd00::1", "FD00:0:0::1", "192.168.1.5"):
        assert inside in networks, inside
    for outside in ("11.0.0.1", "::ffff:11.0.0.1", "fe80::1", "192.168.1.6", "", "unix", "10.0.0.1, 1.1.1.1"):
        assert outside not in networks, outside
    assert "10.1.2.3" not in Networks()


def test_a_file_of_settings_that_is_no_text_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "environment"
    path.write_bytes(b"GYM_NAME=\xff\xfe\n")
    with pytest.raises(ConfigError, match=r"^\.env: cannot be read"):
        load_config(_env_file=path)


@pytest.mark.parametrize("program", [("bot",), ("web",), ("gym", "staff", "invite", "--role", "admin")])
@pytest.mark.parametrize(
    ("name", "value"), [("TRUSTED_PROXIES", "nonsense"), ("DATABASE_URL", "mysql://ana:hunter2@host/gym")]
)
async def test_every_program_stops_with_that_line_alone(
    program: tuple[str, ...], name: str, value: str, tmp_path: Path
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        *program,
        cwd=ROOT,
        env={**os.environ, "POWERGYM_HOME": str(tmp_path), name: value},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 1
    (line,) = said.decode().splitlines()
    assert line.startswith(f"{name}: ")
    assert "hunter2" not in line


STORED: dict[str, tuple[object, ...]] = {
    "timezone": ("Mars/Olympus", 5, None),
    "currency": ("XXY", []),
    "language": ("de",),
    "phone_region": ("Colombia", "c", ""),
    "name": ("", "x" * 81, "a\nb"),
    "grace_days": (-1, 61, "soon"),
    "grace_amount": ("-1", "NaN", "1e20"),
    "smallest_amount": ("0", "-50", "NaN", "1000.01", "50000"),
    "reward_percent": ("101", "Infinity"),
    "milestones": ([0], [10**9], ["x"], list(range(1, 20)), "fifty"),
    "bank_accounts": ([""], ["x" * 61], 7),
    "reentry": ("perhaps",),
    "quiet_from": ("25:00",),
    "keep_messages_days": (1, 10**6),
    "keep_trail_years": (-1, 51, "ever"),
    "keep_denials_days": (6, 366),
    "keep_strangers_days": (0, 366),
    "keep_broadcasts_days": (29, 1826),
    "check_out": ("perhaps",),
}


async def test_two_stored_settings_that_are_wrong_together_shut_nothing(gym: Gym) -> None:
    """What is a coin depends on the currency: without the one the other is not believed."""
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(
            update(GymState).values(settings={"currency": "XXY", "smallest_amount": "900"})
        )
    settings = await gym.settings()
    assert (settings.currency, settings.smallest_amount) == ("COP", 50)


@pytest.mark.parametrize(("name", "value"), [(name, one) for name, all_ in STORED.items() for one in all_])
async def test_a_stored_setting_that_is_wrong_shuts_nothing_and_an_admin_can_mend_it(
    gym: Gym, admin: Actor, name: str, value: object
) -> None:
    stored = {"reward_days": 9, name: value}
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(GymState).values(settings=stored))
    with capture_logs() as said:
        settings = await gym.settings()
    default = getattr(GymSettings(), name)  # type: ignore[call-arg]
    assert (getattr(settings, name), settings.reward_days) == (default, 9)
    assert [(one["event"], one["names"]) for one in said] == [("settings_ignored", [name])]
    async with gym.unit_of_work(admin) as uow:
        await StaffService(uow).change_settings({"digest": "no"})
    assert not (await gym.settings()).digest
