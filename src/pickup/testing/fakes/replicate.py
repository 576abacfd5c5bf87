"""A fake of Replicate's API: predictions of Veo 3.1 and of one open model, files, and an hour after which all is gone.

with FakeReplicate(setup=Setup(key="secret")) as fake:
    ...                                     POST fake.base_url + "/models/google/veo-3.1/predictions"

Where the documentation is silent: a cancel of what has ended is answered with the job as it stands, and inputs that a
model does not have are refused.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from itertools import count
from typing import ClassVar

from pickup.hosted import hd_sizes
from pickup.testing.fakes.clips import ClipShape
from pickup.testing.fakes.faults import Call, Fault
from pickup.testing.fakes.hosted import FakeHosted
from pickup.testing.fakes.orders import Accepted, Fate, Look, Order, State
from pickup.testing.fakes.pictures import picture_at, picture_size
from pickup.testing.fakes.routes import Exchange, Route, Setup
from pickup.testing.fakes.wire import RefusedError, Reply, Upload, json_reply
from pickup.timing import FrameRate

OPEN_MODEL = "community/slow-motion"
"""A model that is no official one: it is asked for by its version."""

OPEN_VERSION = hashlib.sha256(OPEN_MODEL.encode()).hexdigest()

_RATE = FrameRate.parse("24")
_KEPT_S, _FILE_KEPT_S = 3600.0, 86_400.0
_PAGE = 100
_MOST_REFERENCES, _WITH_REFERENCES_S = 3, 8
_LARGEST_INLINE, _LARGEST_FILE = 256_000, 100_000_000
_PREFER = re.compile(r"wait(=([1-9]|[1-5]\d|60))?")
_TIERS = {"720p": 720, "1080p": 1080}
_VEO = frozenset(
    {
        "prompt",
        "image",
        "last_frame",
        "reference_images",
        "duration",
        "resolution",
        "aspect_ratio",
        "generate_audio",
        "negative_prompt",
        "seed",
    }
)
_INPUTS: Mapping[str, frozenset[str]] = {
    "google/veo-3.1": _VEO,
    "google/veo-3.1-fast": _VEO - {"reference_images"},
    OPEN_MODEL: frozenset({"prompt", "start", "num_frames", "go_fast"}),
}
_TYPES: Mapping[str, type] = {
    "prompt": str,
    "duration": int,
    "generate_audio": bool,
    "negative_prompt": str,
    "seed": int,
    "num_frames": int,
    "go_fast": bool,
}
_STATES = {
    State.QUEUED: "starting",
    State.IN_PROGRESS: "processing",
    State.COMPLETED: "succeeded",
    State.FAILED: "failed",
    State.CANCELLED: "canceled",
}
_TITLES = {
    401: "Unauthenticated",
    402: "Insufficient credit",
    404: "Not found",
    413: "Content Too Large",
    422: "Input validation failed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file of the account's; it is deleted a day after it was made."""

    upload: Upload
    made_s: float


class FakeReplicate(FakeHosted):
    """Predictions, their list, and files.

    Attributes:
        lists_inputs: The list shows what a job was asked for; a switch, since some lists there leave it out.
        source: How every job was made, as far as the list says: `api` or `web`.
        output_is_list: The clip's link is the only one of a list.
        page: Predictions in a page of the list.
        files: What was uploaded and not deleted, by id.
    """

    kind: ClassVar[str] = "replicate"
    model: ClassVar[str] = "google/veo-3.1"
    link_s: ClassVar[float] = 1e9  # a clip goes with its job, see `_is_removed`

    def __init__(self, *, faults: Iterable[Fault | str] = (), setup: Setup | None = None) -> None:
        super().__init__(faults=faults, setup=setup)
        self.lists_inputs = True
        self.source = "api"
        self.output_is_list = False
        self.page = _PAGE
        self.files: dict[str, StoredFile] = {}
        self._uploads = count()
        self._links: dict[str, str] = {}

    @property
    def base_url(self) -> str:
        """With `/v1`."""
        return f"{self.url}/v1"

    def service_routes(self) -> Iterable[Route]:
        """Creates of official models and of versions, the list, cancelling, files, and the account."""
        official = "/v1/models/([^/]+)/([^/]+)/predictions"
        yield Route(method="POST", pattern=official, work=self._create, call=Call.CREATE)
        yield Route(method="POST", pattern="/v1/predictions", work=self._create, call=Call.CREATE)
        yield Route(method="GET", pattern="/v1/predictions/([^/]+)", work=self.poll, call=Call.POLL)
        yield Route(method="GET", pattern="/v1/predictions", work=self._list, call=Call.LIST)
        yield Route(method="POST", pattern="/v1/predictions/([^/]+)/cancel", work=self._cancel, call=Call.CANCEL)
        yield Route(method="POST", pattern="/v1/files", work=self._upload, call=Call.UPLOAD)
        yield Route(method="GET", pattern="/v1/files/([^/]+)", work=self._show_file)
        yield Route(method="DELETE", pattern="/v1/files/([^/]+)", work=self._delete_file, call=Call.DELETE)
        yield Route(method="GET", pattern="/v1/account", work=lambda _exchange: json_reply(_ACCOUNT))

    def refusal(self, refused: RefusedError) -> Reply:
        """A problem as RFC 7807 has it; of too many requests only `detail`."""
        status = 404 if refused.code == "link_expired" else refused.status
        headers = {} if refused.retry_after_s is None else {"Retry-After": str(refused.retry_after_s)}
        if status == 429:  # noqa: PLR2004 - too many requests
            wait_s = refused.retry_after_s or 1
            body: dict[str, object] = {"detail": f"Request was throttled. Your rate limit resets in ~{wait_s}s."}
            return json_reply(body, status=status, headers=headers)
        title = refused.details.get("title") or _TITLES.get(status, "Error")
        body = {"title": title, "detail": refused.message, "status": status}
        if refused.param is not None:
            body["invalid_fields"] = [{"type": "invalid", "field": f"input.{refused.param}"}]
        return json_reply(body, status=status, headers=headers)

    # --- predictions --------------------------------------------------------------------------------------------------

    def read_order(self, exchange: Exchange) -> Order:
        """A body of `input`, and of a version `version`."""
        fields = exchange.request.fields
        model = "/".join(exchange.parts) or _model_of(fields.get("version"))
        if "/".join(exchange.parts) == OPEN_MODEL or model not in _INPUTS:
            raise RefusedError("There is no such official model.", status=404)
        allowed = {"input", "webhook", "webhook_events_filter", "stream"} | (
            {"version"} if not exchange.parts else set()
        )
        given = fields.get("input")
        if fields.keys() - allowed or not isinstance(given, Mapping):
            raise RefusedError("The body is input and nothing else.", status=422)
        _check_input(given, known=_INPUTS[model])
        pictures = {
            name: self._picture(given[name], name=name) for name in ("image", "last_frame", "start") if name in given
        }
        shape = _open_shape(given) if model == OPEN_MODEL else _veo_shape(given)
        shown = given.get("reference_images", [])
        if not isinstance(shown, list) or len(shown) > _MOST_REFERENCES:
            raise RefusedError("- input.reference_images: a list of 1 to 3", status=422, param="reference_images")
        if shown and (given.get("duration", 8) != _WITH_REFERENCES_S or shape.size[0] < shape.size[1]):
            raise RefusedError("- input.reference_images: with 8 s at 16:9", status=422, param="reference_images")
        return Order(
            fields=fields,
            prompt=str(given["prompt"]),
            model=model,
            shape=shape,
            size=f"{shape.size[0]}x{shape.size[1]}",
            seconds=str(given.get("duration", "")),
            first_frame=pictures.get("image") or pictures.get("start"),
            references=tuple(self._picture(each, name="reference_images") for each in shown),
        )

    def new_id(self, number: int) -> str:
        """26 letters and digits, as theirs look."""
        return hashlib.sha256(str(number).encode()).hexdigest()[:26]

    def job_object(self, look: Look) -> Mapping[str, object]:
        """A prediction; an hour after its end its data are gone."""
        job, gone = look.job, self._is_removed(look)
        return {
            "id": job.remote_id,
            "model": job.order.model,
            "version": OPEN_VERSION if job.order.model == OPEN_MODEL else "hidden",
            "source": self.source,
            "status": _STATES[look.state],
            "input": {} if gone else job.order.fields["input"],
            "output": self._output(job) if self.has_clip(look) else None,
            "error": _error(job) if look.state is State.FAILED else None,
            "logs": "" if gone or not look.done else f"Working\n {round(look.done * 100)}%|██   | 1/3 [00:10<00:20]\n",
            "data_removed": gone,
            "created_at": _stamp(job.created_at),
            "completed_at": None if look.ended_at is None else _stamp(look.ended_at),
            "urls": {
                "get": f"{self.base_url}/predictions/{job.remote_id}",
                "cancel": f"{self.base_url}/predictions/{job.remote_id}/cancel",
                "web": f"https://replicate.com/p/{job.remote_id}",
            },
        }

    def has_clip(self, look: Look) -> bool:
        """For an hour."""
        return super().has_clip(look) and not self._is_removed(look)

    def link_to(self, job: Accepted) -> str:
        """Always the same one."""
        if job.remote_id not in self._links:
            self._links[job.remote_id] = super().link_to(job)
        return self._links[job.remote_id]

    def _create(self, exchange: Exchange) -> Reply:
        """201; `Prefer: wait` holds it until the job has ended."""
        wish = exchange.request.headers.get("prefer")
        if wish is not None and not _PREFER.fullmatch(wish):
            raise RefusedError("Prefer is wait, or wait=1 to wait=60.", status=422)
        if wish is None:
            return self.create(exchange, status=201)
        job = self.accept(exchange)
        look = self.jobs.poll(job)
        while not look.state.is_over and job.polls <= self.setup.pace.polls:
            look = self.jobs.poll(job)
        return json_reply(self.job_object(look), status=201 if look.state.is_over else 202)

    def _list(self, exchange: Exchange) -> Reply:
        """The newest first; `next` leads on."""
        query = exchange.request.query
        after = datetime.fromisoformat(query["created_after"]).timestamp() if "created_after" in query else 0.0
        start = int(query.get("cursor", "0"))
        jobs = [job for job in reversed(self.jobs.live) if job.created_at >= after]
        rows = [self._row(job) for job in jobs[start : start + self.page]]
        more = start + self.page < len(jobs)
        onward = "&".join(f"{name}={value}" for name, value in {**query, "cursor": str(start + self.page)}.items())
        # the scheme of the links is http in the documentation's own example
        following = f"http://{self.url.partition('://')[2]}/v1/predictions?{onward}" if more else None
        return json_reply({"previous": None, "next": following, "results": rows})

    def _row(self, job: Accepted) -> Mapping[str, object]:
        shown = self.job_object(self.jobs.look(job))
        return shown if self.lists_inputs else {name: value for name, value in shown.items() if name != "input"}

    def _cancel(self, exchange: Exchange) -> Reply:
        job = self.job(exchange)
        if not self.jobs.look(job).state.is_over:
            self.jobs.cancel(job)
        return json_reply(self.job_object(self.jobs.look(job)))

    def _output(self, job: Accepted) -> object:
        return [self.link_to(job)] if self.output_is_list else self.link_to(job)

    def _is_removed(self, look: Look) -> bool:
        return look.ended_at is not None and self.clock.now() >= look.ended_at + _KEPT_S

    # --- files --------------------------------------------------------------------------------------------------------

    def _upload(self, exchange: Exchange) -> Reply:
        upload = exchange.request.files.get("content")
        if upload is None:
            raise RefusedError("content is missing.", status=422)
        if len(upload.data) > _LARGEST_FILE:
            raise RefusedError("The file is too large.", status=413)
        name = hashlib.sha256(f"file {next(self._uploads)}".encode()).hexdigest()[:24]
        self.files[name] = StoredFile(upload=upload, made_s=self.clock.now())
        return json_reply(self._file_object(name), status=201)

    def _show_file(self, exchange: Exchange) -> Reply:
        return json_reply(self._file_object(self._known_file(exchange.parts[-1])))

    def _delete_file(self, exchange: Exchange) -> Reply:
        del self.files[self._known_file(exchange.parts[-1])]
        return Reply(status=204)

    def _known_file(self, name: str) -> str:
        stored = self.files.get(name)
        if stored is None or self.clock.now() >= stored.made_s + _FILE_KEPT_S:
            raise RefusedError("File not found", status=404)
        return name

    def _file_object(self, name: str) -> Mapping[str, object]:
        stored = self.files[name]
        return {
            "id": name,
            "name": stored.upload.name,
            "content_type": stored.upload.content_type,
            "size": len(stored.upload.data),
            "etag": hashlib.md5(stored.upload.data, usedforsecurity=False).hexdigest(),
            "checksums": {"sha256": hashlib.sha256(stored.upload.data).hexdigest()},
            "metadata": {},
            "created_at": _stamp(stored.made_s),
            "expires_at": _stamp(stored.made_s + _FILE_KEPT_S),
            "urls": {"get": f"{self.base_url}/files/{name}"},
        }

    def _picture(self, link: object, *, name: str) -> bytes | None:
        """A picture that is given as a small data URL, as a file of the account's, or as a link elsewhere."""
        own = f"{self.base_url}/files/"
        if isinstance(link, str) and link.startswith(own):
            data: bytes | None = self.files[self._known_file(link.removeprefix(own))].upload.data
        else:
            data = picture_at(link, param=name).data
            if data is not None and len(data) > _LARGEST_INLINE:
                raise RefusedError("A larger file is given as a link.", status=422, param=name)
        if data is not None:
            picture_size(data)
        return data


_ACCOUNT = {"type": "user", "username": "editor", "name": "An editor", "github_url": "https://github.com/editor"}


def _model_of(version: object) -> str:
    """The model of a version, which may be named with its model before it."""
    model, _, digits = str(version or "").rpartition(":")
    if digits != OPEN_VERSION or model not in ("", OPEN_MODEL):
        raise RefusedError(
            "There is no such version, or it is not yours to run.",
            status=422,
            details={"title": "Invalid version or not permitted"},
        )
    return OPEN_MODEL


def _check_input(given: Mapping[str, object], *, known: frozenset[str]) -> None:
    for name, value in given.items():
        wanted = _TYPES.get(name, object)
        if name not in known or not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
            raise RefusedError(f"- input.{name}: it is unknown, or of another type\n", status=422, param=name)
    if not given.get("prompt"):
        raise RefusedError("- input: prompt is required\n", status=422, param="prompt")


def _veo_shape(given: Mapping[str, object]) -> ClipShape:
    lines, shape = _TIERS.get(str(given.get("resolution", "1080p"))), str(given.get("aspect_ratio", "16:9"))
    seconds = given.get("duration", 8)
    if lines is None or shape not in ("16:9", "9:16") or seconds not in (4, 6, 8):
        raise RefusedError("- input: duration, resolution or aspect_ratio is not made\n", status=422, param="duration")
    [size] = hd_sizes(lines, shapes=[shape])
    return ClipShape.lasting(Fraction(str(seconds)), size=size, rate=_RATE)


def _open_shape(given: Mapping[str, object]) -> ClipShape:
    frames = given.get("num_frames", 81)
    if not isinstance(frames, int) or not 5 <= frames <= 121 or frames % 4 != 1:  # noqa: PLR2004 - as such models have it
        raise RefusedError("- input.num_frames: 4n+1 from 5 to 121\n", status=422, param="num_frames")
    return ClipShape.lasting(_RATE.seconds(frames), size=(832, 480), rate=_RATE)


def _error(job: Accepted) -> str:
    if job.fate is Fate.MODERATION:
        return "The input or output was flagged as sensitive. (E005)"
    return "Something went wrong in the model. (E1000)"


def _stamp(seconds: float) -> str:
    """Theirs may have more than six digits after the second."""
    return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "00Z"
