"""Alibaba's Wan on Model Studio (DashScope): `wan3.0-video`, `wan3.0-video-prime`, `wan2.7-t2v`, `wan2.7-i2v`.

A clip lasts any whole second from 2 to 30 (Wan 2.7: to 15). Frames go inside the request, as `first_frame` and
`last_frame` of `input.media`; the picture's shape is then the first frame's, else `ratio`. A task and the link to its
clip live for 24 h. Key, model and address belong to one region; what is known here is Singapore.

    [providers.wan]
    options = { workspace = "llm-abc123" }      asks https://llm-abc123.ap-southeast-1.maas.aliyuncs.com
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from urllib.parse import urlencode

from pydantic import BaseModel

from pickup._http import Reply
from pickup.config.provider_setup import ProviderSetup, host_of
from pickup.cut import Size
from pickup.errors import ConfigError, FailureKind, ProviderRefused, ProviderRetired
from pickup.hosted import (
    UNKNOWN_RATES,
    Call,
    HostedProvider,
    Model,
    Service,
    Trouble,
    nearest_shape,
    number,
    read,
    who_is_shown,
)
from pickup.hosted.provider import NO_JOB
from pickup.offers import Audio, Cancelling, Capability, Lengths, Mode
from pickup.ports import (
    Billing,
    Generation,
    LostSubmit,
    Reconciled,
    Reconciliation,
    RemoteState,
    RemoteStatus,
    Submission,
)
from pickup.timing import FrameRate

_CREATE = "/api/v1/services/aigc/video-generation/video-synthesis"
_TASKS = "/api/v1/tasks"
_ASYNC = MappingProxyType({"X-DashScope-Async": "enable"})
"""Without it a create is refused; the other calls do not want it."""

_KEPT_S = 24 * 3600
_SEEDS = 1 << 31
_MOST_NEGATIVE = 500
_SHAPES = ("16:9", "9:16", "1:1", "4:3", "3:4")
_TIERS = ((624, "480P"), (960, "720P"))
"""By the shorter side of the squarest picture of a tier; what is larger is 1080P. The service takes upper case only."""

# The vendor lists those of 720P and 1080P for Wan 2.7. Those of 480P are an older model's: 480x832 was seen of Wan 3.0.
_480P: tuple[Size, ...] = ((832, 480), (480, 832), (624, 624))
_720P: tuple[Size, ...] = ((1280, 720), (720, 1280), (960, 960), (1104, 832), (832, 1104))
_1080P: tuple[Size, ...] = ((1920, 1080), (1080, 1920), (1440, 1440), (1648, 1248), (1248, 1648))

_WORKSPACE = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_SNAPSHOT = re.compile(r"(.+)-\d{4}-\d{2}-\d{2}")
_SWITCHES = ("prompt_extend", "negative_prompt")

_STATES: Mapping[str, RemoteState] = MappingProxyType(
    {
        "PENDING": RemoteState.RUNNING,
        "RUNNING": RemoteState.RUNNING,
        "SUCCEEDED": RemoteState.READY,
        "FAILED": RemoteState.FAILED,
        "CANCELED": RemoteState.CANCELLED,
        "UNKNOWN": RemoteState.EXPIRED,
    }
)

# By the start of a code, since most of them have endings (`Throttling.RateQuota`); the first that fits counts. Those
# marked so are not in the vendor's table of errors: other people's programs have met them.
_KINDS: tuple[tuple[str, FailureKind], ...] = (
    ("InvalidApiKey", FailureKind.AUTH),
    ("AccessDenied", FailureKind.AUTH),
    ("Model.AccessDenied", FailureKind.AUTH),  # met elsewhere
    ("Workspace.AccessDenied", FailureKind.AUTH),  # met elsewhere
    ("Arrearage", FailureKind.NO_CREDIT),
    ("AllocationQuota.FreeTierOnly", FailureKind.NO_CREDIT),  # met elsewhere: the free quota is used up
    ("Throttling", FailureKind.RATE_LIMITED),
    ("ModelNotFound", FailureKind.MODEL_GONE),
    ("IPInfringementSuspect", FailureKind.MODERATION_INPUT),  # met elsewhere
    ("InvalidParameter", FailureKind.INVALID_REQUEST),
    ("InvalidURL", FailureKind.INVALID_REQUEST),
    ("BadRequest", FailureKind.INVALID_REQUEST),
    ("UnsupportedOperation", FailureKind.INVALID_REQUEST),
)
_INSPECTION = "DataInspection"
_OF_REGION = (FailureKind.AUTH, FailureKind.MODEL_GONE)

_CLOCKS_DIFFER_S = 120
_ARRIVES_WITHIN_S = 600
_PAGE = 100


class _Output(BaseModel):
    task_id: str = ""
    task_status: str = ""
    video_url: str | None = None
    orig_prompt: str | None = None
    code: str | None = None
    message: str | None = None


class _Task(BaseModel):
    output: _Output


class _Row(BaseModel):
    task_id: str
    model_name: str = ""
    gmt_create: int = 0
    """Milliseconds of Unix time."""


class _Page(BaseModel):
    data: Sequence[_Row] = ()
    total_page: int = 1


def _of_wan3(name: str, *notes: str) -> Model:
    return Model(
        name=name,
        capabilities=(
            Capability(
                modes=frozenset(Mode),
                lengths=Lengths.every(1, low=2, high=30),
                sizes=(*_480P, *_720P, *_1080P),
                rates=(FrameRate.parse("30"),),
            ),
            Capability(  # frames and reference pictures exclude each other
                modes=frozenset({Mode.TEXT}),
                lengths=Lengths.every(1, low=2, high=30),
                sizes=(*_480P, *_720P, *_1080P),
                rates=(FrameRate.parse("30"),),
                references=10,
            ),
        ),
        audio=Audio.OPTIONAL,
        seed=True,
        prompt_chars=20_000,
        notes=notes,
    )


def _of_wan27(name: str, *notes: str, modes: frozenset[Mode]) -> Model:
    return Model(
        name=name,
        capabilities=(
            Capability(
                modes=modes,
                lengths=Lengths.every(1, low=2, high=15),
                sizes=(*_720P, *_1080P),
                rates=UNKNOWN_RATES,
            ),
        ),
        audio=Audio.ALWAYS,
        seed=True,
        negative=True,
        prompt_chars=5000,
        notes=notes,
    )


class Wan(HostedProvider):
    """Model Studio, with a key of its Singapore region."""

    service = Service(
        name="wan",
        base_url="https://dashscope-intl.aliyuncs.com",
        cancelling=Cancelling.QUEUED,
        reference_bytes=2 << 20,
        bills_failures=False,
        picture_bytes=10 << 20,  # the vendor says 20 MB of Wan 3.0 and nothing of 2.7, where 10 MB is an older limit
        poll_s=15.0,
        result_kept_s=_KEPT_S,
        options={
            "workspace": "id of your workspace, whose own address in Singapore is asked then",
            "prompt_extend": '"true" lets the service rewrite the prompt',
            "negative_prompt": '"true" sends what is not wanted to wan3.0 too, which may not read it',
        },
        notes=(
            "a task and its clip are kept for 24 h",
            "pictures go inside the request; whether Wan 3.0 takes them so nobody has tried",
            "the pages of Wan 3.0 name no address but the workspace's own: set options.workspace",
        ),
    )
    models = (
        _of_wan3("wan3.0-video"),
        _of_wan3("wan3.0-video-prime", "the same, faster and dearer: set price_per_second"),
        _of_wan27("wan2.7-t2v", modes=frozenset({Mode.TEXT})),
        _of_wan27(
            "wan2.7-i2v",
            "it makes clips from a frame only",
            "second-hand it works at 30 fps: fps = 30 in its table makes clips that end on a frame possible",
            modes=frozenset({Mode.FIRST, Mode.FIRST_LAST}),
        ),
    )

    def __init__(self, setup: ProviderSetup) -> None:
        """Asks nobody.

        Raises:
            ConfigError: An option is unknown or cannot be what it says.
        """
        super().__init__(setup)
        options, where = setup.settings.options, f"providers.{setup.name}.options"
        for switch in _SWITCHES:
            if options.get(switch, "false") not in ("true", "false"):
                raise ConfigError(f"{switch} is {options[switch]!r}", where=where, next_step='write "true" or "false"')
        workspace = options.get("workspace")
        if workspace is None:
            return
        if not _WORKSPACE.fullmatch(workspace):
            raise ConfigError(
                f"{workspace!r} cannot be the id of a workspace",
                where=where,
                next_step="write the id alone, as the console shows it: letters, digits and hyphens",
            )
        if setup.settings.base_url is not None:
            raise ConfigError("workspace and base_url both name an address", where=where, next_step="set one of them")

    @property
    def base_url(self) -> str:
        """The address in the settings, the workspace's own, or the shared one."""
        workspace = self.option("workspace")
        return f"https://{workspace}.ap-southeast-1.maas.aliyuncs.com" if workspace else super().base_url

    def known_models(self) -> Sequence[Model]:
        """Every model, as the options have it."""
        asked = self._is_on("negative_prompt")
        return tuple(replace(each, negative=each.negative or asked) for each in self.models)

    def model(self, name: str) -> Model:
        """A model by its name; a dated snapshot makes what the model does that it is one of.

        Raises:
            ConfigError: It is in no table, and the settings do not say what it makes.
        """
        snapshot = _SNAPSHOT.fullmatch(name)
        for each in self.known_models():
            if snapshot and each.name == snapshot[1]:
                return replace(each, name=name)
        return super().model(name)

    def order(self, request: Generation) -> Call:
        """`POST …/video-synthesis`, to be worked on later."""
        model = self.model(request.model)
        given = {"first_frame": request.boundary_in, "last_frame": request.boundary_out}
        media = [{"type": kind, "url": self.picture(png).data_uri} for kind, png in given.items() if png is not None]
        media += [{"type": "reference_image", "url": each.data_uri} for each in self.references(request)]
        wanted: dict[str, object] = {"prompt": _words(request)}
        if media:
            wanted["media"] = media
        if model.negative and request.negative:
            wanted["negative_prompt"] = _negative(request)
        parameters: dict[str, object] = {
            "resolution": _tier(request.size),
            "duration": number(request.length_s),
            "prompt_extend": self._is_on("prompt_extend"),
            "watermark": False,
        }
        if request.boundary_in is None:
            parameters["ratio"] = nearest_shape(request.size, shapes=_SHAPES)
        if model.seed:
            parameters["seed"] = request.seed % _SEEDS
        if model.audio is Audio.OPTIONAL:
            parameters["audio"] = False
        return Call(
            path=_CREATE, json={"model": request.model, "input": wanted, "parameters": parameters}, headers=_ASYNC
        )

    def accepted(self, content: object) -> Submission | None:
        """The task's id."""
        task = read(_Task, content)
        return Submission(remote_id=task.output.task_id) if task else None

    def question(self, submission: Submission) -> Call:
        """`GET /api/v1/tasks/{id}`."""
        return Call(method="GET", path=f"{_TASKS}/{self.quoted(submission)}")

    def standing(self, content: object) -> RemoteStatus | None:
        """A task's status; what it says of its use is no price."""
        task = read(_Task, content)
        if task is None or not task.output.task_status:
            return None
        output = task.output
        match _STATES.get(output.task_status, RemoteState.RUNNING):
            case RemoteState.FAILED:
                kind = _kind_of(output.code, message=output.message) or FailureKind.PROVIDER_FAILED
                return self.failed(kind, output.message or output.code or "it failed without a reason")
            case RemoteState.CANCELLED:
                return RemoteStatus(state=RemoteState.CANCELLED, message="it was cancelled there", billing=self.billing)
            case RemoteState.EXPIRED:
                gone = "it knows this task no more; it keeps one for 24 h"
                return RemoteStatus(state=RemoteState.EXPIRED, kind=FailureKind.EXPIRED, message=gone)
            case RemoteState.READY if not output.video_url:
                # what succeeds is charged by the second, whatever came of it
                lacking = "it says that the clip is finished and names none"
                return self.failed(FailureKind.BAD_OUTPUT, lacking, billing=Billing.UNKNOWN)
            case state:
                urls = {"clip": output.video_url} if output.video_url else {}
                return RemoteStatus(state=state, urls=urls, message="queued" if output.task_status == "PENDING" else "")

    def trouble_in(self, content: object) -> Trouble | None:
        """The service's own code, which stands at the top of a refusal."""
        if not isinstance(content, Mapping):
            return None
        code, words = str(content.get("code") or ""), str(content.get("message") or "")
        return Trouble(kind=_kind_of(code, message=words), message=words)

    def check(self, reply: Reply, *, creates: bool = False) -> None:
        """Raises for what is refused; where it may be the wrong region, it says so."""
        try:
            super().check(reply, creates=creates)
        except (ProviderRefused, ProviderRetired) as error:
            if error.kind not in _OF_REGION:
                raise
            here = f"key, model and address must be of one region, and {host_of(self.base_url)} is asked"
            raise type(error)(error.message, kind=error.kind, next_step=f"{error.next_step}; {here}") from error

    def stop(self, submission: Submission) -> Call:
        """`POST /api/v1/tasks/{id}/cancel`, which stops what is queued and refuses the rest."""
        return Call(path=f"{_TASKS}/{self.quoted(submission)}/cancel")

    def probe(self) -> Call:
        """The status of a task that does not exist: `UNKNOWN`, to whoever has a key."""
        return Call(method="GET", path=f"{_TASKS}/{NO_JOB}")

    async def reconcile(self, lost: LostSubmit) -> Reconciliation:
        """Looks among the tasks of that time for the one with these words, which it tells once a task is finished."""
        query = urlencode({"model_name": lost.request.model, "page_no": 1, "page_size": _PAGE})
        page = read(_Page, (await self.ask(Call(method="GET", path=f"{_TASKS}/?{query}"))).json())
        if page is None or page.total_page > 1:
            return self._cannot_tell("lists too many tasks of the last day, or none that can be read")
        rows = [row for row in page.data if _may_be(row, lost) and not lost.is_claimed(row.task_id)]
        words = [await self._words_of(row) for row in rows]
        same = [row for row, said in zip(rows, words, strict=True) if said == _words(lost.request)]
        if None in words:
            return self._cannot_tell("tells the words of a task once it is finished, and one of that time is not")
        if len(same) != 1:
            return self._cannot_tell(f"lists {len(same)} tasks of that time with these words, which proves nothing")
        found = Submission(remote_id=same[0].task_id, urls={"base": self.base_url})
        return Reconciliation(outcome=Reconciled.FOUND, submission=found)

    async def _words_of(self, row: _Row) -> str | None:
        """The prompt of a task; None where it is not told, or not yet."""
        task = read(_Task, (await self.ask(self.question(Submission(remote_id=row.task_id)))).json())
        return task.output.orig_prompt if task else None

    def _cannot_tell(self, why: str) -> Reconciliation:
        return Reconciliation(outcome=Reconciled.CANNOT_TELL, message=f"{self.name} {why}")

    def _is_on(self, switch: str) -> bool:
        return self.option(switch) == "true"


def _tier(size: Size) -> str:
    return next((tier for lines, tier in _TIERS if min(size) <= lines), "1080P")


def _words(request: Generation) -> str:
    """The prompt, after what each reference picture shows."""
    shown = who_is_shown((each.name for each in request.references), tag="Image {}", first=1)
    return " ".join(filter(None, (shown, request.prompt)))


def _negative(request: Generation) -> str:
    if len(request.negative) > _MOST_NEGATIVE:
        raise ProviderRefused(
            f"what is not wanted has {len(request.negative)} characters, and {request.model} reads {_MOST_NEGATIVE}",
            where=request.shot,
            next_step="say less of what is not wanted",
        )
    return request.negative


def _kind_of(code: str | None, *, message: str | None) -> FailureKind | None:
    """What a code means; of inspected content the words say which side it is, and both count as what was sent."""
    if code and code.startswith(_INSPECTION):
        words = (message or "").lower()
        is_output = "output" in words and "input" not in words
        return FailureKind.MODERATION_OUTPUT if is_output else FailureKind.MODERATION_INPUT
    return next((kind for start, kind in _KINDS if code and code.startswith(start)), None)


def _may_be(row: _Row, lost: LostSubmit) -> bool:
    """Whether a listed task can be the one whose reply was lost, by its model and its time."""
    after_s = row.gmt_create / 1000 - lost.asked.timestamp()
    return -_CLOCKS_DIFFER_S <= after_s <= _ARRIVES_WITHIN_S and row.model_name in ("", lost.request.model)
