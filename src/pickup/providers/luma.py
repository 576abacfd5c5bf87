"""Luma's agents API, `POST /generations`, with the video model `ray-3.2`.

Clips are 5 or 10 s at 24 fps, without sound. Both frames go as `start_frame` and `end_frame` into 5 s, and as
`keyframes` at the ends of the frame grid into 10 s. Links live for an hour and are signed anew at every poll.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from pydantic import BaseModel

from pickup.errors import FailureKind
from pickup.hosted import Call, HostedProvider, Model, Service, Trouble, hd_sizes, nearest_shape, number, read
from pickup.offers import Capability, Lengths, Mode
from pickup.ports import Generation, RemoteState, RemoteStatus, Submission
from pickup.timing import FrameRate

_RATE = FrameRate.parse("24")
_SHAPES = ("16:9", "9:16", "4:3", "3:4", "1:1", "21:9")
_SHORT_S = 5

_STATES: Mapping[str, RemoteState] = MappingProxyType(
    {
        "queued": RemoteState.RUNNING,
        "processing": RemoteState.RUNNING,
        "completed": RemoteState.READY,
        "failed": RemoteState.FAILED,
    }
)

_KINDS: Mapping[str, FailureKind] = MappingProxyType(
    {
        "content_moderated": FailureKind.MODERATION_INPUT,  # of words, frames or result: Luma does not say which
        "generation_failed": FailureKind.PROVIDER_FAILED,
        "budget_exhausted": FailureKind.NO_CREDIT,
        "output_not_found": FailureKind.BAD_OUTPUT,
        "image_too_large": FailureKind.INVALID_REQUEST,
        "unsupported_format": FailureKind.INVALID_REQUEST,
        "corrupt_input": FailureKind.INVALID_REQUEST,
        "invalid_request": FailureKind.INVALID_REQUEST,
        "rate_limited": FailureKind.RATE_LIMITED,
    }
)


class _Output(BaseModel):
    type: str = ""
    url: str | None = None


class _Job(BaseModel):
    id: str
    state: str
    output: Sequence[_Output] | None = None
    failure_code: str | None = None
    failure_reason: str | None = None


class Luma(HostedProvider):
    """Luma, with a key of its agents platform."""

    service = Service(
        name="luma",
        base_url="https://agents.lumalabs.ai/v1",
        poll_s=5.0,
        result_kept_s=3600,
        notes=("a link lives for an hour, and every poll gives a new one", "it says no progress and stops nothing"),
    )
    models = (
        Model(
            name="ray-3.2",
            capabilities=(
                Capability(
                    modes=frozenset({Mode.TEXT, Mode.FIRST, Mode.FIRST_LAST}),
                    lengths=Lengths.of(5, 10),
                    sizes=hd_sizes(360, 540, 720, 1080, shapes=_SHAPES),
                    rates=(_RATE,),
                ),
            ),
            prompt_chars=6000,
            notes=("a clip of 10 s costs three times one of 5 s", "360p is a draft"),
        ),
    )

    def order(self, request: Generation) -> Call:
        """`POST /generations`."""
        seconds = number(request.length_s)
        video = {"duration": f"{seconds}s", "resolution": f"{min(request.size)}p", **self._frames(request)}
        shape = nearest_shape(request.size, shapes=_SHAPES)
        body = {"type": "video", "model": request.model, "prompt": request.prompt, "aspect_ratio": shape}
        return Call(path="/generations", json={**body, "video": video})

    def _frames(self, request: Generation) -> Mapping[str, object]:
        """The first and the last frame, as this length takes them."""
        first, last = (
            None if png is None else self._reference(png) for png in (request.boundary_in, request.boundary_out)
        )
        if request.length_s <= _SHORT_S or last is None:
            given = {"start_frame": first, "end_frame": last}
            return {name: frame for name, frame in given.items() if frame is not None}
        ends = ((first, 0), (last, request.frames))
        pinned = [(frame, index) for frame, index in ends if frame is not None]
        return {"keyframes": [frame for frame, _ in pinned], "keyframe_indexes": [index for _, index in pinned]}

    def _reference(self, png: bytes) -> Mapping[str, str]:
        picture = self.picture(png)
        return {"data": picture.base64, "media_type": picture.media_type}

    def accepted(self, content: object) -> Submission | None:
        """The generation's id."""
        job = read(_Job, content)
        return Submission(remote_id=job.id) if job else None

    def question(self, submission: Submission) -> Call:
        """`GET /generations/{id}`."""
        return Call(method="GET", path=f"/generations/{self.quoted(submission)}")

    def standing(self, content: object) -> RemoteStatus | None:
        """A generation's state."""
        job = read(_Job, content)
        if job is None:
            return None
        state = _STATES.get(job.state, RemoteState.RUNNING)
        if state is RemoteState.FAILED:
            code = job.failure_code or ""
            kind = _KINDS.get(code, FailureKind.PROVIDER_FAILED)
            return self.failed(kind, job.failure_reason or code or "it failed without a reason")
        return RemoteStatus(state=state, urls=dict(_links(job)))

    def trouble_in(self, content: object) -> Trouble | None:
        """Luma's own code; whether 429 means the rate or the number of jobs only its words say."""
        if not isinstance(content, Mapping):
            return None
        words = str(content.get("detail") or content.get("message") or content.get("error") or "")
        if "concurren" in words.lower():
            return Trouble(kind=FailureKind.CONCURRENCY_LIMITED, message=words)
        code = content.get("failure_code") or content.get("code")
        return Trouble(kind=_KINDS.get(str(code)), message=words)

    def probe(self) -> Call:
        """The list of uploaded files, which is empty or not."""
        return Call(method="GET", path="/files")


def _links(job: _Job) -> Iterator[tuple[str, str]]:
    for each in (job.output or ())[:1]:
        if each.url:
            yield "clip", each.url
