"""A certificate that a workstation makes for itself: a root, and what it vouches for.

What C2PA wants of a signer's certificate: key usage digitalSignature alone, extended key usage emailProtection, both
key identifiers, an organization, no authority of its own. The root's key is thrown away: it vouches for no other.

    make_certificate(folder / "workstation.pem", root_path=folder / "workstation-root.pem")
"""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pickup._files import whole_file

if TYPE_CHECKING:  # cryptography comes with the extra
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

ORGANIZATION = "Pickup (self-made certificate)"
_YEARS = timedelta(days=365 * 20)
"""Files carry no time stamp of an authority, so they are no longer valid once the certificate has ended."""
_OWNER_ONLY = 0o600


def make_certificate(path: Path, *, root_path: Path) -> None:
    """Writes key, certificate and root into one PEM file that its owner alone may read, and the root into another.

    Raises:
        LibraryError: The folder cannot be written.
    """
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    name = f"Pickup workstation {secrets.token_hex(4)}"
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _certificate(f"{name} root", issuer=f"{name} root", of=root_key, signed_by=root_key)
    leaf = _certificate(name, issuer=f"{name} root", of=key, signed_by=root_key)
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with whole_file(root_path) as part:
        part.write_bytes(root.public_bytes(pem))
    with whole_file(path) as part:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
        with open(handle, "wb") as file:  # noqa: PTH123 - the file is open already
            file.write(secret + leaf.public_bytes(pem) + root.public_bytes(pem))


def _certificate(
    name: str, *, issuer: str, of: ec.EllipticCurvePrivateKey, signed_by: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    from cryptography import x509  # noqa: PLC0415 - comes with the extra
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
    from cryptography.x509.oid import ExtendedKeyUsageOID  # noqa: PLC0415

    is_root = of is signed_by
    now = datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=not is_root,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_root,
        crl_sign=is_root,
        encipher_only=False,
        decipher_only=False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(issuer))
        .public_key(of.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _YEARS)
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=0 if is_root else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(of.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signed_by.public_key()), critical=False)
    )
    if not is_root:
        purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(purposes, critical=False)
    return builder.sign(signed_by, hashes.SHA256())


def _name(common: str) -> x509.Name:
    from cryptography import x509  # noqa: PLC0415 - comes with the extra
    from cryptography.x509.oid import NameOID  # noqa: PLC0415

    parts = ((NameOID.COMMON_NAME, common), (NameOID.ORGANIZATION_NAME, ORGANIZATION))
    return x509.Name([x509.NameAttribute(kind, text) for kind, text in parts])
