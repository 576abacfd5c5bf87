"""Where a take comes from, said in the take itself: a signed C2PA manifest, and an XMP file beside it.

Signing is the last thing that is done to a file: any later change breaks the signature, and a re-wrap drops it. Nothing
here asks the network, and nothing here decides what is signed; see docs/provenance.md.

    signer = find_signer(config.provenance, state_folder=state_folder(os.environ), environment=os.environ)
    if signer is not None and can_sign(part):
        sign(part, origin=origin, signer=signer, title=path.name, originals=[original])
    xmp_path(path).write_text(xmp_of(origin, title=path.name))
"""

from pickup.media.provenance.certificate import Signer, find_signer, is_installed, signing_note
from pickup.media.provenance.reading import Manifest, read_manifest
from pickup.media.provenance.signing import can_sign, sign, sign_part
from pickup.media.provenance.terms import SourceType, source_type
from pickup.media.provenance.xmp import xmp_of, xmp_path

__all__ = [
    "Manifest",
    "Signer",
    "SourceType",
    "can_sign",
    "find_signer",
    "is_installed",
    "read_manifest",
    "sign",
    "sign_part",
    "signing_note",
    "source_type",
    "xmp_of",
    "xmp_path",
]
