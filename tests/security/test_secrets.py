"""The gym's keys: made once, private, the same for every process, and never replaced in silence."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from gym.core.config import ConfigError
from gym.security.cipher import Keyring
from gym.security.keys.secrets import Secrets, load_secrets, save_secrets

KEY = "a:_o5cTnS1Y2KhVwWqGdJ0xvZ3bRk8uEyM4iLpNsQfDtA"
OTHER = "b:Zr7mPq0vXy2Lk9Jw4Nh6Tg8Bf1Dc3Sa5Ue-iOoRjKxE"
RACER = """
import sys
from pathlib import Path
from gym.security.keys.secrets import load_secrets
print("ready", flush=True)
sys.stdin.readline()
secrets = load_secrets(Path(sys.argv[1]))
print(secrets.jwt.first, secrets.data.first, flush=True)
"""


def test_the_first_start_makes_keys_and_the_next_finds_them(tmp_path: Path) -> None:
    home = tmp_path / "gym" / "home"
    first = load_secrets(home)
    assert load_secrets(home) == first
    assert first.jwt != first.data
    assert [path.name for path in home.iterdir()] == ["secrets.env"]


def test_only_the_owner_may_read_the_keys_whatever_the_umask(tmp_path: Path) -> None:
    home = tmp_path / "home"
    before = os.umask(0)
    try:
        load_secrets(home)
    finally:
        os.umask(before)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "secrets.env").stat().st_mode) == 0o600


def test_a_copy_put_back_by_hand_is_closed_again(tmp_path: Path) -> None:
    load_secrets(tmp_path)
    (tmp_path / "secrets.env").chmod(0o644)
    load_secrets(tmp_path)
    assert stat.S_IMODE((tmp_path / "secrets.env").stat().st_mode) == 0o600


def test_processes_that_start_at_once_agree_on_one_file(tmp_path: Path) -> None:
    home = tmp_path / "home"
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("\n")
        racer.stdin.flush()
    said = {racer.communicate(timeout=60)[0] for racer in racers}
    kept = load_secrets(home)
    assert said == {f"{kept.jwt.first} {kept.data.first}\n"}
    assert [path.name for path in home.iterdir()] == ["secrets.env"]


def test_thirty_two_threads_agree_on_one_file(tmp_path: Path) -> None:
    start = Barrier(32)

    def load(_: int) -> Secrets:
        start.wait()
        return load_secrets(tmp_path / "home")

    with ThreadPoolExecutor(32) as pool:
        loaded = list(pool.map(load, range(32)))
    assert len(set(loaded)) == 1


def test_keys_of_the_environment_win_and_no_file_is_made(tmp_path: Path) -> None:
    older = Keyring.generate()
    secrets = load_secrets(tmp_path / "home", KEY, f"{OTHER},{older.text()}")
    assert list(secrets.jwt) == ["a"]
    assert list(secrets.data) == ["b", older.first]
    assert not (tmp_path / "home").exists()


def test_a_key_missing_from_the_file_is_never_made_anew(tmp_path: Path) -> None:
    load_secrets(tmp_path, jwt_keys=KEY)
    with pytest.raises(ConfigError, match=r"^JWT_KEYS: missing in .*secrets\.env"):
        load_secrets(tmp_path)
    (tmp_path / "secrets.env").write_text(f"JWT_KEYS={KEY}\n")
    with pytest.raises(ConfigError, match=r"^DATA_KEYS: missing in "):
        load_secrets(tmp_path)


@pytest.mark.parametrize("name", ["JWT_KEYS", "DATA_KEYS"])
def test_a_bad_value_stops_the_start_with_one_line_that_names_it(tmp_path: Path, name: str) -> None:
    values = {"JWT_KEYS": KEY, "DATA_KEYS": OTHER, name: "kid:tooshort"}
    with pytest.raises(ConfigError) as caught:
        load_secrets(tmp_path, values["JWT_KEYS"], values["DATA_KEYS"])
    assert str(caught.value) == f"{name}: key kid is not 32 bytes"


@pytest.mark.parametrize("content", [b"JWT_KEYS", b"\xff\xfe", b""])
def test_a_file_that_cannot_be_understood_stops_the_start(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secrets.env").write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load_secrets(tmp_path)
    assert "\n" not in str(caught.value)


def test_comments_quotes_and_export_are_understood(tmp_path: Path) -> None:
    (tmp_path / "secrets.env").write_text(f"# mine\n\nexport JWT_KEYS=\"{KEY}\"\nDATA_KEYS='{OTHER}'\n")
    assert load_secrets(tmp_path) == Secrets(Keyring.parse(KEY), Keyring.parse(OTHER))


def test_a_home_that_cannot_hold_files_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ConfigError, match=r"^POWERGYM_HOME: cannot keep the gym's keys in "):
        load_secrets(tmp_path / "file" / "home")


def test_rotated_keys_replace_the_file_whole_and_private(tmp_path: Path) -> None:
    before = load_secrets(tmp_path)
    after = Secrets(before.jwt, before.data.rotated())
    save_secrets(tmp_path, after)
    assert load_secrets(tmp_path) == after
    assert stat.S_IMODE((tmp_path / "secrets.env").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secrets.env"]


def test_secrets_never_show_their_keys(tmp_path: Path) -> None:
    secrets = load_secrets(tmp_path)
    assert {ring.text().partition(":")[2] for ring in (secrets.jwt, secrets.data)} <= set(secrets.texts())
    assert not any(text in repr(secrets) for text in secrets.texts())


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from gym.core.config import ConfigError
from gym.security.keys.secrets import load_secrets, save_secrets
home = Path(sys.argv[1])
kept = load_secrets(home)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
for act in (lambda: load_secrets(home / "new"), lambda: save_secrets(home, kept)):
    try:
        act()
    except ConfigError as error:
        print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX file size limit")
def test_a_full_disk_is_one_clear_line_and_leaves_no_half_written_keys(tmp_path: Path) -> None:
    kept = load_secrets(tmp_path)
    command = [sys.executable, "-c", FULL_DISK, str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    said = ended.stdout.splitlines()
    assert len(said) == 2, ended.stderr
    assert all(line.startswith("POWERGYM_HOME: cannot keep the gym's keys in ") for line in said)
    assert load_secrets(tmp_path) == kept
    assert {path.name for path in tmp_path.rglob("*")} == {"secrets.env", "new"}
