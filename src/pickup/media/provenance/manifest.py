"""The C2PA manifest of a take as the JSON that c2pa-python takes; pure.

After C2PA 2.4: the first action is `c2pa.created`, with the take's source type, or `c2pa.opened`, where the one clip
that it was made of says itself what it is. Prompt, boundary frames and reference pictures are ingredients `inputTo`;
pictures stand there by name and hash and are not put into the file.

    manifest_of(origin, title="HARBOR7K2Q_SH0010_t01.mov", clips=[])
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pickup.media.provenance.terms import PROGRAM, SourceType, program_version, source_type, system_of
from pickup.ports import Origin

Json = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """A provider's clip that goes into the manifest as an ingredient.

    Attributes:
        says_itself: It carries a manifest that says that a trained model made it.
    """

    path: Path
    label: str
    says_itself: bool


def is_opened(origin: Origin, clips: Sequence[Clip]) -> bool:
    """Whether the take counts as its clip, opened and conformed: one clip, which we need not or cannot describe."""
    return len(clips) == 1 and (origin.by_hand or clips[0].says_itself)


def manifest_of(origin: Origin, *, title: str, clips: Sequence[Clip]) -> Json:
    """The manifest's definition; the ingredients of `clips` and the texts of `prompts_of` are added to the builder."""
    return {
        "claim_generator_info": [_program()],
        "title": title,
        "ingredients": list(_inputs(origin)),
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": list(_actions(origin, clips=clips))}}],
    }


def prompts_of(origin: Origin) -> Mapping[str, str]:
    """What was asked for, by the name under which the manifest refers to it."""
    if origin.by_hand:
        return {}
    texts = {"prompt": origin.prompt, "negative prompt": origin.negative}
    return {name: text for name, text in texts.items() if text}


def _inputs(origin: Origin) -> Iterator[Json]:
    for name in prompts_of(origin):
        kind = {"type": "c2pa.types.generator.prompt"}
        data = {"format": "text/plain", "identifier": name, "data_types": [kind]}
        yield {"title": name, "format": "text/plain", "relationship": "inputTo", "label": name, "data": data}
    for number, each in enumerate(origin.references, start=1):
        yield {
            "title": each.name,
            "relationship": "inputTo",
            "label": f"reference {number}",
            "instance_id": f"urn:sha256:{each.sha256}",
            "description": f"sha256 {each.sha256}",
        }


def _actions(origin: Origin, *, clips: Sequence[Clip]) -> Iterator[Json]:
    if is_opened(origin, clips):
        yield {"action": "c2pa.opened", "parameters": {"ingredientIds": [clips[0].label], **_place(origin)}}
    else:
        labels = [str(each["label"]) for each in _inputs(origin)]
        yield {
            "action": "c2pa.created",
            "when": origin.created.isoformat(),
            "digitalSourceType": source_type(origin) or SourceType.COMPOSITE,
            "softwareAgent": _agent(origin),
            "parameters": {**({"ingredientIds": labels} if labels else {}), **_place(origin)},
        }
        for clip in clips:
            yield {"action": "c2pa.placed", "parameters": {"ingredientIds": [clip.label]}}
    if origin.policies:
        yield {
            "action": "c2pa.edited",
            "digitalSourceType": SourceType.ALTERED,
            "softwareAgent": _program(),
            "description": f"made to match the cut: {', '.join(origin.policies)}",
            "parameters": {"pickup.policies": list(origin.policies)},
        }
    yield {"action": "c2pa.transcoded", "softwareAgent": _program()}


def _place(origin: Origin) -> Json:
    known: Json = {"pickup.shot": origin.shot, "pickup.take": origin.take}
    return known if origin.by_hand else known | {"pickup.seed": str(origin.seed)}


def _program() -> Json:
    return {"name": PROGRAM, **_version(program_version())}


def _agent(origin: Origin) -> Json:
    if origin.previs:
        return {"name": f"{PROGRAM} {origin.provider}", **_version(program_version())}
    return {"name": system_of(origin), **_version(origin.version)}


def _version(number: str) -> Json:
    return {"version": number} if number else {}
