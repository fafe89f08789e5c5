"""X.509 certificates of the gym's own authority, name-constrained to the local network."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gym.core.errors import Invalid
from gym.core.language import N_

AUTHORITY_LIVES: Final = timedelta(days=3652)
"""Ten years: each tablet has to be told by hand to trust another one."""
SERVER_LIVES: Final = timedelta(days=397)
"""Safari and Chrome refuse longer ones of public authorities, Apple's devices 825 days of anybody's."""
SLOW_CLOCK: Final = timedelta(days=1)
"""By so much a tablet's clock may be behind."""
LOCAL_NAMES: Final = ("localhost", "local", "lan", "home.arpa", "internal")
LOCAL_NETWORKS: Final = (
    "127.0.0.0/8",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
)
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class NameMalformed(Invalid):
    code = "name_malformed"
    message = N_("{name} is neither a host name nor an IP address.")


class NameOutside(Invalid):
    """Tablets trust the authority for what it was made for, and for nothing else."""

    code = "name_outside"
    message = N_(
        "The authority may not vouch for {name}. Run it again with --new-authority and the name; every "
        "tablet must then trust the new one."
    )


@dataclass(frozen=True, slots=True)
class HostNames:
    """What a server is called: host names, and addresses."""

    hosts: tuple[str, ...]
    addresses: tuple[Address, ...]

    @classmethod
    def of(cls, texts: Iterable[str]) -> HostNames:
        """Each once, in the order given. Raises `NameMalformed`."""
        hosts: dict[str, None] = {}
        addresses: dict[Address, None] = {}
        for text in texts:
            try:
                addresses[ipaddress.ip_address(text)] = None
            except ValueError:
                hosts[_host(text)] = None
        return cls(tuple(hosts), tuple(addresses))

    def general(self) -> list[x509.GeneralName]:
        return [*map(x509.DNSName, self.hosts), *map(x509.IPAddress, self.addresses)]


@dataclass(frozen=True, slots=True)
class KeyedCertificate:
    """A certificate with its private key."""

    key: EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def read(cls, pem: bytes) -> KeyedCertificate:
        """Raises `ValueError` when a part is missing or no elliptic-curve key."""
        key = load_pem_private_key(pem, None)
        if not isinstance(key, EllipticCurvePrivateKey):
            raise ValueError("not an elliptic-curve key")
        return cls(key, x509.load_pem_x509_certificate(pem))

    def pem(self) -> bytes:
        """Key and certificate in one file, so that neither is ever seen without the other."""
        secret = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return secret + self.certificate.public_bytes(Encoding.PEM)

    def public_pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


def make_authority(gym_name: str, names: HostNames, now: datetime) -> KeyedCertificate:
    """An authority for these names and for what only a local network has."""
    key = generate_private_key(SECP256R1())
    hosts = [x509.DNSName(name) for name in dict.fromkeys((*LOCAL_NAMES, *names.hosts))]
    networks = [ipaddress.ip_network(text) for text in LOCAL_NETWORKS]
    single = [ipaddress.ip_network(one) for one in names.addresses if not _within(one, networks)]
    addresses = [x509.IPAddress(network) for network in (*networks, *single)]
    name = _name(f"{gym_name[:40]} {now:%Y-%m-%d}")
    built = (
        _begun(name, name, key, now - SLOW_CLOCK, now + AUTHORITY_LIVES)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints([*hosts, *addresses], None), critical=True)
    )
    return KeyedCertificate(key, built.sign(key, hashes.SHA256()))


def issue(authority: KeyedCertificate, names: HostNames, now: datetime) -> KeyedCertificate:
    """A server's certificate. Raises `NameOutside`."""
    _require_within(authority.certificate, names)
    key = generate_private_key(SECP256R1())
    issuer, begin = authority.certificate, now - SLOW_CLOCK
    end = min(begin + SERVER_LIVES, issuer.not_valid_after_utc)
    built = (
        _begun(_name("PowerGym"), issuer.subject, key, begin, end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names.general()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False
        )
    )
    return KeyedCertificate(key, built.sign(authority.key, hashes.SHA256()))


def names_in(certificate: x509.Certificate) -> HostNames:
    """What a certificate vouches for."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return HostNames((), ())
    addresses = (one for one in found.get_values_for_type(x509.IPAddress) if isinstance(one, Address))
    return HostNames(tuple(found.get_values_for_type(x509.DNSName)), tuple(addresses))


def _host(text: str) -> str:
    """As a certificate has it. Raises `NameMalformed`."""
    name = text.strip().rstrip(".").lower()
    try:
        encoded = name.encode("idna").decode()
    except UnicodeError:
        raise NameMalformed(name=text) from None
    letters = encoded.replace("-", "").replace(".", "").replace("_", "")
    if not letters.isalnum() or len(encoded) > 253:
        raise NameMalformed(name=text)
    return encoded


def may_certify(authority: x509.Certificate, names: HostNames) -> bool:
    """Whether the authority may issue a certificate for these names."""
    try:
        _require_within(authority, names)
    except NameOutside:
        return False
    return True


def _require_within(authority: x509.Certificate, names: HostNames) -> None:
    allowed = (
        authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    )
    suffixes = [one.value for one in allowed if isinstance(one, x509.DNSName)]
    networks = [
        one.value for one in allowed if isinstance(one, x509.IPAddress) and isinstance(one.value, Network)
    ]
    for host in names.hosts:
        if not any(host == suffix or host.endswith(f".{suffix}") for suffix in suffixes):
            raise NameOutside(name=host)
    for address in names.addresses:
        if not _within(address, networks):
            raise NameOutside(name=address)


def _within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _begun(
    subject: x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey, begin: datetime, end: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
