"""Lightricks' LTX API, jobs of `POST /v2/text-to-video` and `/v2/image-to-video`.

The rate of a clip is chosen: 24, 25, 48 or 50 fps. How long it may be depends on the model, the size and the rate. A
job is asked for below the operation that made it, so a submission remembers that. There is no seed and no negative
prompt, and nothing lists or stops a job.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from pydantic import BaseModel

from pickup.errors import FailureKind, ProviderRefused
from pickup.hosted import Call, HostedProvider, Model, Service, Trouble, hd_sizes, number, read
from pickup.hosted.provider import NO_JOB
from pickup.offers import Audio, Capability, Lengths, Mode
from pickup.ports import Generation, RemoteState, RemoteStatus, Submission
from pickup.timing import FrameRate

_TEXT = "text-to-video"
_IMAGE = "image-to-video"
_OPERATION = "operation"
"""Where a submission says which of them made the job."""

_STATES: Mapping[str, RemoteState] = MappingProxyType(
    {
        "pending": RemoteState.RUNNING,
        "processing": RemoteState.RUNNING,
        "completed": RemoteState.READY,
        "failed": RemoteState.FAILED,
    }
)

_KINDS: Mapping[str, FailureKind] = MappingProxyType(
    {
        "invalid_request_error": FailureKind.INVALID_REQUEST,
        "request_too_large": FailureKind.INVALID_REQUEST,
        "authentication_error": FailureKind.AUTH,
        "permission_error": FailureKind.AUTH,
        "insufficient_funds_error": FailureKind.NO_CREDIT,
        "content_filtered_error": FailureKind.MODERATION_INPUT,  # of words, frames or result: LTX does not say which
        "rate_limit_error": FailureKind.RATE_LIMITED,  # too many jobs are queued, or too many requests came
        "concurrency_limit_error": FailureKind.CONCURRENCY_LIMITED,
        "api_error": FailureKind.PROVIDER_FAILED,
        "service_unavailable": FailureKind.PROVIDER_FAILED,
        "service_unavailable_error": FailureKind.PROVIDER_FAILED,  # the documentation has had both names
        "overloaded_error": FailureKind.PROVIDER_FAILED,
    }
)
"""`not_found_error` is in no row: the status says whether a job or an address is not there."""

_MODES = frozenset({Mode.TEXT, Mode.FIRST, Mode.FIRST_LAST})
_FILM = tuple(FrameRate.parse(each) for each in ("24", "25"))
_DOUBLE = tuple(FrameRate.parse(each) for each in ("48", "50"))
_HD = hd_sizes(720, 1080)
_LARGE = hd_sizes(1440, 2160)
_SHORT = Lengths.of(6, 8, 10)
_LONG = Lengths.every(2, low=6, high=20)


def _row(lengths: Lengths, *, sizes: tuple[tuple[int, int], ...], rates: tuple[FrameRate, ...]) -> Capability:
    return Capability(modes=_MODES, lengths=lengths, sizes=sizes, rates=rates, rate_is_chosen=True)


_FAST = (
    _row(_LONG, sizes=_HD, rates=_FILM),
    _row(_SHORT, sizes=_HD, rates=_DOUBLE),
    _row(_SHORT, sizes=_LARGE, rates=(*_FILM, *_DOUBLE)),
)
_PRO = (_row(_SHORT, sizes=(*_HD, *_LARGE), rates=(*_FILM, *_DOUBLE)),)


def _model(name: str, capabilities: tuple[Capability, ...], *notes: str) -> Model:
    return Model(name=name, capabilities=capabilities, audio=Audio.OPTIONAL, prompt_chars=5000, notes=notes)


class _Error(BaseModel):
    type: str = ""
    message: str = ""


class _Refusal(BaseModel):
    error: _Error


class _Result(BaseModel):
    video_url: str | None = None


class _Job(BaseModel):
    id: str
    status: str = "pending"
    result: _Result | None = None
    error: _Error | None = None


class Ltx(HostedProvider):
    """LTX at Lightricks, with a key of its developer console."""

    service = Service(
        name="ltx",
        base_url="https://api.ltx.io",
        picture_bytes=5 << 20,  # as a data URI that is just below the 7 MB that one may have
        poll_s=6.0,  # not before 5 s, says the documentation, and not all at one moment
        result_kept_s=86_400,
        notes=(
            "a clip has the rate of the cut where that is 24, 25, 48 or 50 fps",
            "a job is kept for at most a day, its link perhaps for less",
            "it says no progress and stops nothing",
        ),
    )
    models = (
        _model("ltx-2-3-fast", _FAST, "more than 10 s only up to 1080p at 24 or 25 fps"),
        _model("ltx-2-3-pro", _PRO),
        _model("ltx-2-5-fast", _FAST, "more than 10 s only up to 1080p at 24 or 25 fps"),
        _model("ltx-2-5-pro", _PRO),
        # these have ended, as routes.toml says: whoever names one is told what to use now
        _model("ltx-2-fast", _FAST),
        _model("ltx-2-pro", _PRO),
    )

    def order(self, request: Generation) -> Call:
        """`POST /v2/text-to-video`, or `/v2/image-to-video` where there is a first frame."""
        width, height = request.size
        body: dict[str, object] = {
            "prompt": request.prompt,
            "model": request.model,
            "duration": number(request.length_s),
            "resolution": f"{width}x{height}",
            "fps": number(request.rate.fps),
            "generate_audio": False,
        }
        return Call(path=f"/v2/{_operation(request)}", json={**body, **self._frames(request)})

    def _frames(self, request: Generation) -> Mapping[str, str]:
        """The first and the last frame, as data URIs."""
        if request.boundary_in is None and request.boundary_out is not None:
            raise ProviderRefused(
                f"{request.model} ends on a given frame only where it begins on one, so nothing was sent",
                next_step='set conditioning = "none", or choose another provider for this shot',
            )
        given = {"image_uri": request.boundary_in, "last_frame_uri": request.boundary_out}
        return {name: self.picture(png).data_uri for name, png in given.items() if png is not None}

    async def submit(self, request: Generation, *, key: str) -> Submission:
        """Asks for a clip; the submission says which operation the job belongs to, which the reply does not."""
        return _made_by(_operation(request), await super().submit(request, key=key))

    def accepted(self, content: object) -> Submission | None:
        """The job's id."""
        job = read(_Job, content)
        return Submission(remote_id=job.id) if job else None

    def question(self, submission: Submission) -> Call:
        """`GET /v2/{operation}/{id}`: below another operation the job is not known."""
        return Call(method="GET", path=f"/v2/{submission.urls[_OPERATION]}/{self.quoted(submission)}")

    async def poll(self, submission: Submission) -> RemoteStatus:
        """Where the job stands; of one that a person settled by its id alone, either operation may have made it."""
        if _OPERATION in submission.urls:
            return await super().poll(submission)
        try:
            return await super().poll(_made_by(_IMAGE, submission))
        except ProviderRefused as error:
            if error.kind is not FailureKind.EXPIRED:
                raise
        return await super().poll(_made_by(_TEXT, submission))

    def standing(self, content: object) -> RemoteStatus | None:
        """A job's state."""
        job = read(_Job, content)
        if job is None:
            return None
        state = _STATES.get(job.status, RemoteState.RUNNING)
        if state is RemoteState.FAILED:
            error = job.error or _Error()
            kind = _KINDS.get(error.type, FailureKind.PROVIDER_FAILED)
            return self.failed(kind, error.message or error.type or "it failed without a reason")
        link = job.result.video_url if job.result else None
        return RemoteStatus(state=state, urls={"clip": link} if link else {})

    def trouble_in(self, content: object) -> Trouble | None:
        """The type of LTX's own error."""
        refusal = read(_Refusal, content)
        return Trouble(kind=_KINDS.get(refusal.error.type), message=refusal.error.message) if refusal else None

    def probe(self) -> Call:
        """A job that cannot exist: that it is not found proves the key."""
        return Call(method="GET", path=f"/v2/{_TEXT}/{NO_JOB}")


def _operation(request: Generation) -> str:
    return _TEXT if request.boundary_in is None else _IMAGE


def _made_by(operation: str, submission: Submission) -> Submission:
    return replace(submission, urls={**submission.urls, _OPERATION: operation})
