"""The gym's own certificates: what they vouch for, how long, and who may read what."""

from __future__ import annotations

import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from typer.testing import CliRunner

from gym.commands import app
from gym.commands.certificate import finding
from gym.core.config import Config, ConfigError
from gym.security.tls.certificate_folder import (
    CertificateFolder,
    CertificateStatus,
    addresses_here,
    fingerprint,
)
from gym.security.tls.certificates import (
    AUTHORITY_LIVES,
    SERVER_LIVES,
    HostNames,
    KeyedCertificate,
    NameMalformed,
    NameOutside,
    issue,
    make_authority,
)

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
NAMES = HostNames.of(["gym.example", "gym-pc", "192.168.1.20"])


def made(home: Path, *names: str, now: datetime | None = None) -> Config:
    CertificateFolder(home).make("Iron House", HostNames.of(names), now or datetime.now(UTC))
    return Config(_env_file=None, powergym_home=home)  # type: ignore[call-arg]


def run(home: Path, *arguments: str, **environment: str) -> Any:
    env = {"POWERGYM_HOME": str(home), "LOG_LEVEL": "ERROR"} | environment
    return CliRunner().invoke(app, ["certificate", *arguments], env=env)


def test_keys_are_for_the_gyms_own_user_and_the_authority_for_everybody(tmp_path: Path) -> None:
    made(tmp_path, "gym-pc")
    folder = CertificateFolder(tmp_path)
    modes = [stat.S_IMODE(one.stat().st_mode) for one in (folder.authority, folder.server, folder.public)]
    assert modes == [0o600, 0o600, 0o644]
    assert b"PRIVATE" not in folder.public.read_bytes()
    assert {one.name for one in folder.path.iterdir()} == {"authority.pem", "authority.crt", "server.pem"}


def test_the_authority_lives_ten_years_and_a_server_no_longer_than_browsers_bear() -> None:
    authority = make_authority("Iron House", NAMES, NOW)
    server = issue(authority, NAMES, NOW).certificate
    assert authority.certificate.not_valid_after_utc == NOW + AUTHORITY_LIVES
    assert server.not_valid_after_utc - server.not_valid_before_utc == SERVER_LIVES <= timedelta(days=397)
    late = NOW + AUTHORITY_LIVES - timedelta(days=60)
    assert issue(authority, NAMES, late).certificate.not_valid_after_utc == NOW + AUTHORITY_LIVES


@pytest.mark.parametrize("name", ["shop.example", "example", "8.8.8.8", "2001:db8::1", "gym-pc.example"])
def test_the_authority_vouches_for_nothing_outside_of_its_names_and_the_local_network(name: str) -> None:
    authority = make_authority("Iron House", NAMES, NOW)
    with pytest.raises(NameOutside):
        issue(authority, HostNames.of([name]), NOW)
    inside = ["door.gym.example", "tablet.local", "localhost", "10.1.2.3", "fe80::1", "gym-pc"]
    assert issue(authority, HostNames.of(inside), NOW)


@pytest.mark.parametrize("name", ["", "a b", "*.local", "https://gym", "a..b", "x" * 300, "gym:8443"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(NameMalformed):
        HostNames.of([name])


def test_a_thief_of_the_authority_cannot_pose_as_a_bank(tmp_path: Path) -> None:
    """Signed past our own check: whoever trusts the authority refuses it all the same."""
    authority = make_authority("Iron House", NAMES, datetime.now(UTC))
    anything = make_authority("Iron House", HostNames.of(["bank.example"]), datetime.now(UTC))
    lax = KeyedCertificate(authority.key, _named_like(anything.certificate, authority))
    good = issue(authority, HostNames.of(["gym.example"]), datetime.now(UTC))
    forged = issue(lax, HostNames.of(["bank.example"]), datetime.now(UTC))
    assert handshake(tmp_path, authority, good, "gym.example") is None
    assert "permitted subtree violation" in (handshake(tmp_path, authority, forged, "bank.example") or "")


def _named_like(certificate: x509.Certificate, authority: KeyedCertificate) -> x509.Certificate:
    """Other limits under the authority's own name and key."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(authority.certificate.subject)
        .issuer_name(authority.certificate.subject)
        .public_key(authority.key.public_key())
        .serial_number(1)
        .not_valid_before(certificate.not_valid_before_utc)
        .not_valid_after(certificate.not_valid_after_utc)
    )
    for extension in certificate.extensions:
        if isinstance(extension.value, x509.NameConstraints):
            builder = builder.add_extension(extension.value, extension.critical)
    return builder.sign(authority.key, hashes.SHA256())


def handshake(folder: Path, authority: KeyedCertificate, server: KeyedCertificate, name: str) -> str | None:
    """What a client that trusts the authority has against this server, or None."""
    (folder / "server.pem").write_bytes(server.pem())
    there = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    there.load_cert_chain(folder / "server.pem")
    here = ssl.create_default_context(cadata=authority.public_pem().decode())
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    serving = there.wrap_bio(to_server, to_client, server_side=True)
    calling = here.wrap_bio(to_client, to_server, server_hostname=name)
    for side in (calling, serving) * 4:
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
        except ssl.SSLError as error:
            return str(error)
    return None


def test_running_again_renews_by_the_same_authority_and_forgets_no_name(tmp_path: Path) -> None:
    first = run(tmp_path, "--name", "gym.example", "--name", "192.168.7.7")
    assert first.exit_code == 0, first.output
    folder = CertificateFolder(tmp_path)
    authority, server = folder.public.read_bytes(), folder.server.read_bytes()
    assert run(tmp_path).exit_code == 0
    assert (folder.public.read_bytes(), folder.server.read_bytes() == server) == (authority, False)
    names = CertificateStatus.read(folder.server).names
    assert {"gym.example", "192.168.7.7", "localhost", "127.0.0.1", *addresses_here()} <= set(names)
    refused = run(tmp_path, "--name", "shop.example")
    assert refused.exit_code == 1
    assert "--new-authority" in refused.output
    anew = run(tmp_path, "--name", "shop.example", "--new-authority")
    assert anew.exit_code == 0
    assert folder.public.read_bytes() != authority
    assert "gym.example" not in CertificateStatus.read(folder.server).names


def test_the_command_says_what_to_do_in_the_gyms_language_and_shows_no_key(tmp_path: Path) -> None:
    said = {language: run(tmp_path, GYM_LANGUAGE=language).output for language in ("en", "es")}
    public = KeyedCertificate.read(CertificateFolder(tmp_path).authority.read_bytes()).certificate
    for output in said.values():
        assert ":8443/kiosk/authority.crt" in output
        assert fingerprint(public) in output
        assert "PRIVATE" not in output
        for system in ("Android", "iPad", "Windows", "Chromium"):
            assert system in output
    assert "Restart PowerGym" in said["en"]
    assert "Reinicia PowerGym" in said["es"]


def test_an_authority_near_its_end_is_followed_by_a_new_one(tmp_path: Path) -> None:
    made(tmp_path, "gym-pc", now=datetime.now(UTC) - AUTHORITY_LIVES + timedelta(days=29))
    before = CertificateFolder(tmp_path).public.read_bytes()
    made(tmp_path, "gym-pc")
    assert CertificateFolder(tmp_path).public.read_bytes() != before


def test_an_authority_that_is_damaged_is_not_thrown_away(tmp_path: Path) -> None:
    made(tmp_path, "gym-pc")
    CertificateFolder(tmp_path).authority.write_bytes(b"scrap")
    with pytest.raises(ConfigError, match=r"POWERGYM_HOME: .*authority.pem cannot be read"):
        made(tmp_path, "gym-pc")
    assert CertificateFolder(tmp_path).authority.read_bytes() == b"scrap"


def test_the_doctor_says_how_long_it_is_good_and_for_whom(tmp_path: Path) -> None:
    plain = Config(_env_file=None, powergym_home=tmp_path)  # type: ignore[call-arg]
    assert (finding(plain).well, "python -m gym certificate" in finding(plain).seen) == (True, True)
    good = finding(made(tmp_path, "gym-pc", *addresses_here()))
    assert (good.well, "gym-pc" in good.seen) == (True, True)
    elsewhere = finding(made(tmp_path, "gym-pc", "10.9.9.9"))
    assert elsewhere.well is (not addresses_here())
    soon = finding(made(tmp_path, "gym-pc", now=datetime.now(UTC) - timedelta(days=370)))
    assert (soon.well, "good until" in soon.seen) == (False, True)
    over = finding(made(tmp_path, "gym-pc", now=datetime.now(UTC) - timedelta(days=398)))
    assert (over.well, "ended on" in over.seen) == (False, True)
    assert "python -m gym certificate" in over.advice
    CertificateFolder(tmp_path).server.write_bytes(b"scrap")
    assert not finding(plain).well
