"""Who signs: a certificate of the user's own, or one that is made once for this workstation.

A workstation's own certificate proves that nobody has changed a file since this workstation signed it. Nobody vouches
for it, so other programs say "untrusted" or "unknown": say "signed by this workstation", never "verified".

    find_signer(config.provenance, state_folder=state_folder(os.environ), environment=os.environ)
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from filelock import FileLock

from pickup._files import make_folder
from pickup.errors import ConfigError
from pickup.media.provenance.extra import INSTALL, not_installed
from pickup.media.provenance.workstation import make_certificate

if TYPE_CHECKING:  # cryptography comes with the extra
    from cryptography import x509

    from pickup.config import ProvenanceSettings  # reading settings is nothing for the child that signs

    _Certificate: TypeAlias = x509.Certificate

PASSPHRASE = "PICKUP_KEY_PASSPHRASE"  # noqa: S105 - the name of a variable
"""Variable that holds the passphrase of `private_key`."""

_FOLDER = "signing"
_KEY_FILE = "workstation.pem"
_ROOT_FILE = "workstation-root.pem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A certificate with its key.

    Attributes:
        chain: PEM, the signer's own certificate first.
        key: PEM, PKCS 8, without a passphrase; stays in memory.
        algorithm: As C2PA calls it, such as `es256`.
        root: PEM of the last certificate of the chain: who trusts it trusts what was signed.
        is_workstation: It was made here, and nobody vouches for it.
    """

    chain: bytes
    key: bytes = field(repr=False)
    algorithm: str
    root: str
    is_workstation: bool


def is_installed() -> bool:
    """Whether the extra that signs is there; loads nothing."""
    return all(importlib.util.find_spec(name) is not None for name in ("c2pa", "cryptography"))


def find_signer(settings: ProvenanceSettings, *, state_folder: Path, environment: Mapping[str, str]) -> Signer | None:
    """Who signs takes, or None where they are not signed.

    Where no certificate is set, one is made on first use and kept in the state folder, its key for the owner's eyes
    alone.

    Raises:
        ConfigError: Signing is on and the extra is not installed, or the certificate cannot be used.
        LibraryError: The state folder cannot be written.
    """
    if settings.c2pa == "off" or (settings.c2pa == "auto" and not is_installed()):
        return None
    if not is_installed():
        raise not_installed()
    if settings.certificate is None and settings.private_key is None:
        return _workstation(state_folder / _FOLDER)
    return _own(settings, environment=environment)


def signing_note(settings: ProvenanceSettings, *, environment: Mapping[str, str]) -> str:
    """One sentence for `pickup doctor`; makes nothing.

    Raises:
        ConfigError: As `find_signer`.
    """
    if settings.c2pa == "off":
        return 'takes are not signed: c2pa = "off"; each has an XMP file'
    if settings.c2pa == "auto" and not is_installed():
        return f"takes are not signed; each has an XMP file. To sign them: {INSTALL}"
    if not is_installed():
        raise not_installed()
    if settings.certificate is None and settings.private_key is None:
        return "takes are signed by this workstation, which others do not know and call untrusted"
    _own(settings, environment=environment)
    return f"takes are signed with {settings.certificate}"


# The user's own.


def _own(settings: ProvenanceSettings, *, environment: Mapping[str, str]) -> Signer:
    from cryptography import x509  # noqa: PLC0415 - comes with the extra
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

    content = _read(settings.certificate, key="certificate")
    try:
        chain = x509.load_pem_x509_certificates(content)
    except ValueError as error:
        raise _wrong("certificate", "holds no certificate in PEM", settings.certificate) from error
    key_content = _read(settings.private_key, key="private_key")
    passphrase = environment.get(PASSPHRASE, "")
    try:
        key = serialization.load_pem_private_key(key_content, password=passphrase.encode() or None)
    except TypeError as error:
        what = "needs no passphrase" if passphrase else "is protected by a passphrase"
        step = f"take {PASSPHRASE} away" if passphrase else f"set the environment variable {PASSPHRASE}"
        raise _wrong("private_key", what, settings.private_key, step=step) from error
    except ValueError as error:
        step = f"check the file, and {PASSPHRASE}"
        raise _wrong("private_key", "holds no key that can be read", settings.private_key, step=step) from error
    if key.public_key() != chain[0].public_key():
        step = "name the key of the first certificate in the file; the signer's own comes first"
        raise _wrong("private_key", "belongs to another certificate", settings.private_key, step=step)
    return _signer(chain, key, is_workstation=False, where=settings.certificate)


def _read(path: Path | None, *, key: str) -> bytes:
    if path is None:
        raise ConfigError(
            f"`provenance.{key}` is missing",
            where="provenance",
            next_step="set certificate and private_key, or neither: then this workstation signs",
        )
    try:
        return path.read_bytes()
    except OSError as error:
        raise _wrong(key, f"cannot be read: {error.strerror}", path) from error


def _wrong(key: str, what: str, path: Path | None, *, step: str = "") -> ConfigError:
    return ConfigError(
        f"`provenance.{key}` {what}", where=str(path), next_step=step or f"correct {key} in your own pickup.toml"
    )


# The workstation's.


def _workstation(folder: Path) -> Signer:
    from cryptography import x509  # noqa: PLC0415 - comes with the extra
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

    make_folder(folder)
    path = folder / _KEY_FILE
    with FileLock(folder / f"{_KEY_FILE}.lock"):  # two runs at once make one certificate
        if not path.is_file():
            make_certificate(path, root_path=folder / _ROOT_FILE)
    content = _read(path, key="certificate")
    step = f"remove {path}; the next run makes another one"
    try:
        key = serialization.load_pem_private_key(content, password=None)
        chain = x509.load_pem_x509_certificates(content)
    except (TypeError, ValueError) as error:
        raise ConfigError("this workstation's certificate is damaged", where=str(path), next_step=step) from error
    return _signer(chain, key, is_workstation=True, where=path)


# Both.


def _signer(chain: list[_Certificate], key: object, *, is_workstation: bool, where: Path | None) -> Signer:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - comes with the extra

    pem, own = serialization.Encoding.PEM, chain[0]
    if own.not_valid_after_utc <= datetime.now(UTC):
        ended = f"the certificate that signs ended on {own.not_valid_after_utc:%Y-%m-%d}"
        step = "remove that file; the next run makes another one" if is_workstation else "set a newer one"
        raise ConfigError(ended, where=str(where), next_step=step)
    algorithm, secret = _algorithm_and_key(key, where=where)
    return Signer(
        chain=b"".join(each.public_bytes(pem) for each in chain),
        key=secret,
        algorithm=algorithm,
        root=chain[-1].public_bytes(pem).decode(),
        is_workstation=is_workstation,
    )


def _algorithm_and_key(key: object, *, where: Path | None) -> tuple[str, bytes]:
    """How C2PA calls signing with a key, and the key as it takes it."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - comes with the extra
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa  # noqa: PLC0415

    curves = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
    algorithm = ""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        algorithm = curves.get(key.curve.name, "")
    elif isinstance(key, rsa.RSAPrivateKey):
        algorithm = "ps256"
    elif isinstance(key, ed25519.Ed25519PrivateKey):
        algorithm = "ed25519"
    if not algorithm or not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey):
        step = "use a key on the curve P-256, P-384 or P-521, an RSA key, or an Ed25519 key"
        raise _wrong("private_key", "is of a kind that C2PA does not sign with", where, step=step)
    plain = serialization.NoEncryption()
    return algorithm, key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
