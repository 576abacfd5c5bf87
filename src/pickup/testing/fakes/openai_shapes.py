"""How the videos API words a job, in the dialect of a profile."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Mapping, Sequence

from pickup.testing.fakes.orders import Accepted, Fate, Look, State
from pickup.testing.fakes.profiles import Profile

_ERRORS: Mapping[Fate, tuple[str, str]] = {
    Fate.MODERATION: ("moderation_blocked", "The request was blocked by the safety system."),
    Fate.INTERNAL: ("internal_error", "The server had an error while it made the video."),
}
_SERVER_ERROR = 500


def new_id(*, model: str, profile: Profile) -> str:
    """A new id in the server's form."""
    name = profile.id_form.format(hex=uuid.uuid4().hex)
    if not profile.packs_ids:
        return name
    packed = f"litellm:custom_llm_provider:fake;model_id:{model};video_id:{name}"
    return "video_" + base64.urlsafe_b64encode(packed.encode()).decode()


def video_object(look: Look, *, profile: Profile, link: tuple[str, float] | None = None) -> dict[str, object]:
    """The Video object.

    Args:
        look: How the job stands.
        profile: The dialect.
        link: A link to the video and when it dies, for a job that has one.
    """
    job, order = look.job, look.job.order
    over_at = int(look.ended_at) if look.ended_at is not None else None
    well = look.state is State.COMPLETED
    shown: dict[str, object] = {
        "id": job.remote_id,
        "object": "video",
        "model": order.model,
        "status": profile.words.get(look.state, look.state.value),
        "progress": _progress(look, profile=profile),
        "created_at": int(job.created_at * profile.created_unit),
        "completed_at": over_at if well else None,
        "expires_at": int(over_at + profile.lives_s) if well and over_at is not None else None,
        "prompt": order.prompt,
        "size": order.size,
        "seconds": order.seconds,
        "remixed_from_video_id": job.remixed_from,
        "error": _error(look, profile=profile),
        **profile.adds,
        **_own_fields(look, profile=profile),
    }
    if profile.seconds_as == "int":
        shown["seconds"] = int(float(order.seconds))
    elif profile.seconds_as == "none":
        del shown["seconds"]
    if link is not None and profile.result is not None:
        _put_link(shown, link, place=profile.result)
    return {name: value for name, value in shown.items() if name not in profile.omits}


def list_object(shown: Sequence[Mapping[str, object]], *, has_more: bool, profile: Profile) -> Mapping[str, object]:
    """A page of videos."""
    page: dict[str, object] = {"object": "list", "data": list(shown)}
    if profile.lists == "cursors":
        page["first_id"] = shown[0]["id"] if shown else None
        page["last_id"] = shown[-1]["id"] if shown else None
        page["has_more"] = has_more
    return page


def deleted_object(job: Accepted, shown: Mapping[str, object], *, profile: Profile) -> Mapping[str, object]:
    """What DELETE answers."""
    if profile.deletes == "video":
        return {**shown, "status": "deleted"}
    return {"id": job.remote_id, "object": "video.deleted", "deleted": True}


def _progress(look: Look, *, profile: Profile) -> int:
    if look.state is State.COMPLETED:
        return 100
    jumps = profile.name in {"sglang", "vllm-omni"}
    return 0 if jumps or look.state.is_over else int(100 * look.done)


def _error(look: Look, *, profile: Profile) -> object:
    if look.state is not State.FAILED:
        return None
    code, message = _ERRORS[look.job.fate]
    forms: Mapping[str, object] = {
        "object": {"code": code, "message": message},
        "int": {"code": _SERVER_ERROR, "message": message},
        "message": {"message": message},
        "text": message,
    }
    return forms[profile.error_as]


def _own_fields(look: Look, *, profile: Profile) -> Mapping[str, object]:
    """What one server alone says."""
    well, name = look.state is State.COMPLETED, f"{look.job.remote_id}.mp4"
    if profile.name == "vllm-omni":
        took_s = look.ended_at - look.job.created_at if look.ended_at is not None else None
        return {"file_name": name if well else None, "inference_time_s": took_s if well else None}
    if profile.name == "sglang":
        path = f"outputs/{name}" if well else None
        return {"file_path": path, "file_paths": [path] if well else None}
    return {"task_id": look.job.remote_id} if profile.name == "new-api" else {}


def _put_link(shown: dict[str, object], link: tuple[str, float], *, place: str) -> None:
    url, dies_at = link
    if place == "metadata.url":
        shown["metadata"] = {"url": url}
    elif place == "output.videos[0].url":
        shown["output"] = {"videos": [{"url": url, "url_expires_at": int(dies_at)}]}
    elif place == "unsigned_urls[0]":
        shown["unsigned_urls"] = [url]
    else:
        shown[place] = url
