"""Reading a C2PA manifest: what a file says of its origin, and whether it is still the file that was signed.

found = read_manifest(path)
found.is_intact, found.source_types        (True, ("http://cv.iptc.org/…/trainedAlgorithmicMedia",))
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pickup.media.provenance.extra import c2pa_errors, context

_INVALID = "Invalid"
_TRUSTED = "Trusted"
_UNTRUSTED = "signingCredential.untrusted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingredient:
    """What a file was made from; `relationship` is `parentOf`, `componentOf` or `inputTo`."""

    title: str
    relationship: str
    has_manifest: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The manifest of a file.

    Attributes:
        is_intact: Signature and hashes hold: nobody has changed the file since.
        is_trusted: One of the anchors vouches for the signer, too.
        signer: Organization of the certificate.
        generator: Program that wrote it.
        actions: In order, such as `c2pa.created`.
        source_types: Terms that any manifest in the file gives, those of ingredients included.
        problems: Codes of what does not hold, such as `assertion.bmffHash.mismatch`.
    """

    is_intact: bool
    is_trusted: bool
    signer: str
    generator: str
    title: str
    actions: tuple[str, ...]
    source_types: tuple[str, ...]
    ingredients: tuple[Ingredient, ...]
    problems: tuple[str, ...]


def read_manifest(path: Path, *, anchors: str = "") -> Manifest | None:
    """What a file says of its origin; None where it carries no manifest. Asks nobody.

    Args:
        path: A .mov or .mp4.
        anchors: PEM of roots that are trusted.

    Raises:
        ConfigError: The extra is not installed.
        MediaError: The file, or its manifest, cannot be read.
    """
    with c2pa_errors(path) as c2pa:
        reader = c2pa.Reader.try_create(str(path), context=context(c2pa, anchors=anchors))
        if reader is None:
            return None
        with reader:
            state, store = reader.get_validation_state(), json.loads(reader.json())
    return _manifest(store, state=str(state))


def _manifest(store: Mapping[str, object], *, state: str) -> Manifest:
    manifests = _table(store.get("manifests"))
    active = _table(manifests.get(str(store.get("active_manifest"))))
    actions = tuple(_actions(active))
    everywhere = (action for each in manifests.values() for action in _actions(_table(each)))
    terms = (str(action["digitalSourceType"]) for action in everywhere if action.get("digitalSourceType"))
    problems = dict.fromkeys(str(_table(each).get("code")) for each in _list(store.get("validation_status")))
    generators = [_table(each) for each in _list(active.get("claim_generator_info"))]
    return Manifest(
        is_intact=state != _INVALID,
        is_trusted=state == _TRUSTED,
        signer=str(_table(active.get("signature_info")).get("issuer", "")),
        generator=str(generators[0].get("name", "")) if generators else "",
        title=str(active.get("title", "")),
        actions=tuple(str(action.get("action")) for action in actions),
        source_types=tuple(dict.fromkeys(terms)),
        ingredients=tuple(map(_ingredient, _list(active.get("ingredients")))),
        problems=tuple(code for code in problems if code != _UNTRUSTED),
    )


def _actions(manifest: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    for assertion in map(_table, _list(manifest.get("assertions"))):
        if str(assertion.get("label", "")).startswith("c2pa.actions"):
            yield from map(_table, _list(_table(assertion.get("data")).get("actions")))


def _ingredient(found: object) -> Ingredient:
    each = _table(found)
    return Ingredient(
        title=str(each.get("title", "")),
        relationship=str(each.get("relationship", "")),
        has_manifest="active_manifest" in each,
    )


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
