"""`python -m gym certificate`: HTTPS for the gym's own network, and how a tablet learns to trust it."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

import segno
import typer

from gym.commands.findings import Finding
from gym.core.config import Config, ConfigError
from gym.core.language import N_, Translator
from gym.security.tls.certificate_folder import (
    CertificateFolder,
    CertificateStatus,
    addresses_here,
    fingerprint,
    names_of_this_machine,
)
from gym.security.tls.certificates import HostNames, KeyedCertificate

MADE: Final = N_("The certificate is made, and good until {ends}. It is for:")
RESTART: Final = N_("1. Restart PowerGym. Tablets then open {address}")
SETTINGS: Final = N_(
    "1. WEB_TLS_CERT is set, so PowerGym goes on with that certificate. To use the new one, take "
    "WEB_TLS_CERT and WEB_TLS_KEY out of the settings and restart."
)
LOAD: Final = N_(
    "2. On each tablet open this address once. The browser warns, because it does not know the gym yet: "
    "choose Advanced, then Continue. It loads the gym's authority, a small file."
)
COMPARE: Final = N_("   Its SHA-256 fingerprint, for whoever wants to compare it:")
TRUST: Final = N_("3. Let the tablet trust it:")
STEPS: Final = (
    (
        "Android",
        N_(
            "Settings > Security > More security settings > Encryption & credentials > Install a "
            "certificate > CA certificate > Install anyway, and choose the file."
        ),
    ),
    (
        "iPad, iPhone",
        N_(
            "Open the address in Safari. Settings > Profile downloaded > Install. Then Settings > General > "
            "About > Certificate Trust Settings, and switch the gym's authority on."
        ),
    ),
    (
        "Windows",
        N_(
            "Open the file > Install certificate > Local machine > Place all certificates in the following "
            "store > Trusted root certification authorities. Restart the browser."
        ),
    ),
    ("Chromium, Linux", N_("Install libnss3-tools, then run where the file is:")),
)
NSS: Final = (
    "mkdir -p ~/.pki/nssdb; certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n PowerGym -i powergym-authority.crt"
)
OPEN: Final = N_("4. Open {address}, pair the kiosk and allow the camera.")
YEARLY: Final = N_(
    "PowerGym renews it by itself before it ends, and when the address of this computer changes: the tablets "
    "go on trusting it. For another name run this command again. It reads and writes {folder}; authority.pem "
    "in it never leaves this computer."
)


def certificate(config: Config, names: Sequence[str], *, new_authority: bool) -> int:
    """Make or renew the certificate, and print what to do, in the gym's language."""
    t = Translator(config.gym_language)
    folder = CertificateFolder(config.powergym_home)
    kept = [] if new_authority else _kept(config)
    wanted = HostNames.of([*names, *names_of_this_machine(), *kept])
    server = folder.make(config.gym_name, wanted, datetime.now(UTC), anew=new_authority)
    for line in _lines(config, t, folder, server, wanted):
        typer.echo(line)
    return 0


def finding(config: Config) -> Finding:
    """What the doctor says of HTTPS."""
    try:
        standing = CertificateStatus.of(config)
    except ConfigError as error:
        return Finding("https", False, str(error), "python -m gym certificate makes a new one")
    if standing is None:
        return Finding("https", True, "none; a tablet's camera needs one: python -m gym certificate")
    now = datetime.now(UTC)
    seen = f"{'ended on' if standing.is_over(now) else 'good until'} {standing.ends:%Y-%m-%d}"
    if standing.ends_soon(now):
        return Finding("https", False, seen, standing.advice)
    missing = [one for one in addresses_here() if config.web_tls_cert is None and one not in standing.names]
    seen += f", for {', '.join(standing.names)}" + (f"; not for {', '.join(missing)}" if missing else "")
    return Finding("https", not missing, seen, standing.advice)


def _kept(config: Config) -> list[str]:
    """What the last certificate was for: nothing that was given once has to be given again."""
    path = CertificateFolder(config.powergym_home).server
    return CertificateStatus.read(path).names if path.exists() else []


def _lines(
    config: Config, t: Translator, folder: CertificateFolder, server: KeyedCertificate, names: HostNames
) -> Iterator[str]:
    known = [str(one) for one in names.addresses if not one.is_loopback]
    place = next(iter([*known, *names.hosts]))
    address = f"https://{place}:{config.web_https_port}/kiosk/"
    load = f"{address}authority.crt"
    yield t(MADE, ends=t.day(server.certificate.not_valid_after_utc.date()))
    yield "   " + ", ".join([*names.hosts, *map(str, names.addresses)])
    yield ""
    yield t(SETTINGS) if config.web_tls_cert else t(RESTART, address=address)
    yield t(LOAD)
    yield f"   {load}"
    yield from _drawn(load)
    yield t(COMPARE)
    yield f"   {fingerprint(KeyedCertificate.read(folder.authority.read_bytes()).certificate)}"
    yield t(TRUST)
    for system, step in STEPS:
        yield f"   {system}: {t(step)}"
    yield f"      {NSS}"
    yield t(OPEN, address=address)
    yield ""
    yield t(YEARLY, folder=folder.path)


def _drawn(address: str) -> Iterator[str]:
    """The address as a QR, where somebody looks at a terminal that can show one."""
    if sys.stdout.isatty():
        drawing = io.StringIO()
        segno.make(address, error="l").terminal(drawing, border=2, compact=True)
        yield drawing.getvalue()
