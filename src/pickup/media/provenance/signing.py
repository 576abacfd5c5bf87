"""Signing a finished file, last of all: the manifest goes into it, the pictures and tracks stay as they are.

sign(path, origin=origin, signer=signer, originals=[original])
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from pickup._files import whole_file
from pickup.errors import MediaError
from pickup.media.provenance.certificate import Signer
from pickup.media.provenance.extra import c2pa_errors, context
from pickup.media.provenance.manifest import Clip, is_opened, manifest_of, prompts_of
from pickup.media.provenance.reading import read_manifest
from pickup.media.provenance.terms import says_trained
from pickup.ports import Origin

_FORMATS = {".mov": "video/quicktime", ".mp4": "video/mp4", ".m4v": "video/mp4"}


def can_sign(path: Path) -> bool:
    """Whether a file of this kind can carry a manifest; MXF and others cannot, and have an XMP file alone."""
    return path.suffix.lower() in _FORMATS


def sign(path: Path, *, origin: Origin, signer: Signer, title: str = "", originals: Sequence[Path] = ()) -> None:
    """Signs a file in its place, whole or not at all; as `sign_part`."""
    with whole_file(path) as part:
        sign_part(path, part, origin=origin, signer=signer, title=title or path.name, originals=originals)


def sign_part(
    source: Path,
    destination: Path,
    *,
    origin: Origin,
    signer: Signer,
    title: str,
    originals: Sequence[Path] = (),
) -> None:
    """Writes a signed copy: half a second for every 100 MB, and about 6 KB larger.

    Args:
        source: The finished file. It stays as it is.
        destination: The signed file, with the same extension; overwritten.
        origin: What the take was made from.
        signer: Who signs.
        title: What the manifest calls the file: the name that it will have.
        originals: The clips that the provider gave. Where one carries a manifest that holds, that goes along.

    Raises:
        ConfigError: The extra is not installed.
        MediaError: Such a file cannot carry a manifest, or it could not be signed; `destination` is then of no use.
    """
    if not can_sign(source):
        raise MediaError(
            f"{source.name} cannot carry a C2PA manifest",
            where=str(source),
            next_step="deliver .mov, or let the XMP file beside it say where it comes from",
        )
    clips = tuple(_clips(origin, originals))
    relationship = "parentOf" if is_opened(origin, clips) else "componentOf"
    with c2pa_errors(source) as c2pa:
        builder = c2pa.Builder(manifest_of(origin, title=title, clips=clips), context=context(c2pa))
        for name, text in prompts_of(origin).items():
            builder.add_resource(name, io.BytesIO(text.encode()))
        for clip in clips:
            ingredient = {"title": clip.path.name, "relationship": relationship, "label": clip.label}
            with clip.path.open("rb") as file:
                builder.add_ingredient(ingredient, _FORMATS[clip.path.suffix.lower()], file)
        info = c2pa.C2paSignerInfo(
            alg=signer.algorithm.encode(), sign_cert=signer.chain, private_key=signer.key, ta_url=None
        )
        destination.unlink(missing_ok=True)
        builder.sign_file(str(source), str(destination), c2pa.Signer.from_info(info))


def _clips(origin: Origin, originals: Sequence[Path]) -> Iterator[Clip]:
    """The provider's clips that belong into the manifest: those with one of their own, and what a person brought."""
    for number, path in enumerate(filter(can_sign, originals), start=1):
        found = _intact_terms(path)
        if origin.by_hand or found is not None:
            yield Clip(path=path, label=f"clip {number}", says_itself=says_trained(found))


def _intact_terms(path: Path) -> tuple[str, ...] | None:
    """What a clip's own manifest says it is; None where it has none that holds."""
    try:
        found = read_manifest(path)
    except MediaError:
        return None
    return found.source_types if found is not None and found.is_intact else None
