"""A fake of Google's Interactions API with Gemini Omni Flash, and of the Files API, from which its clips are fetched.

with FakeGeminiOmni(setup=Setup(key="secret")) as fake:
    ...                                                 POST fake.base_url + "/interactions"

The first reply that says `completed` holds the clip's link, a later one the clip itself. A file that is asked for is
`PROCESSING` as often as `processing_asks` says, then `ACTIVE`.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from http import HTTPStatus
from types import MappingProxyType
from typing import ClassVar

from pickup.hosted import hd_sizes
from pickup.testing.fakes.clips import ClipShape
from pickup.testing.fakes.faults import Call, Fault, What
from pickup.testing.fakes.hosted import FakeHosted
from pickup.testing.fakes.orders import Accepted, Fate, Look, Order, State
from pickup.testing.fakes.pictures import picture_size
from pickup.testing.fakes.routes import Exchange, Route, Setup
from pickup.testing.fakes.wire import RefusedError, Reply, json_reply
from pickup.timing import FrameRate

_RATE = FrameRate.parse("24")
_LONGEST_S: Mapping[str, int] = MappingProxyType({"gemini-omni-1.2-flash": 15, "gemini-omni-1.1-flash": 10})
_SUBJECT, _MOST_SUBJECTS = "<IMAGE_REF_{}>", 6
_SHORTEST_S, _LONGEST_BETWEEN_FRAMES_S = 3, 10
_TIERS: Mapping[str, int] = MappingProxyType({"360p": 360, "720p": 720, "1080p": 1080, "4k": 2160})
_SHAPES = ("16:9", "9:16")
_FIELDS = frozenset({"model", "background", "input", "response_format", "generation_config", "store", "labels"})
_FORMAT = frozenset({"type", "aspect_ratio", "resolution", "duration", "delivery"})
_CONFIG = frozenset({"seed", "video_config"})
_MOST_SEED = (1 << 31) - 1
_STATES: Mapping[State, str] = MappingProxyType(
    {
        State.QUEUED: "queued",
        State.IN_PROGRESS: "in_progress",
        State.COMPLETED: "completed",
        State.FAILED: "failed",
        State.CANCELLED: "cancelled",
    }
)
_CODES: Mapping[int, str] = MappingProxyType(
    {
        400: "invalid_request",
        401: "authentication",
        402: "payment_required",
        403: "permission_denied",
        404: "not_found",
        409: "aborted",
        429: "rate_limit_exceeded",
        500: "api_error",
        503: "service_unavailable",
    }
)
_OWN_CODES = frozenset({"parameter_unknown", "model_not_found", "failed_precondition"})


class FakeGeminiOmni(FakeHosted):
    """Interactions with Gemini Omni Flash.

    Attributes:
        processing_asks: How often a file says that it is not ready yet.
    """

    kind: ClassVar[str] = "gemini_omni"
    model: ClassVar[str] = "gemini-omni-1.2-flash"
    key_header: ClassVar[str] = "x-goog-api-key"
    scheme: ClassVar[str] = ""

    def __init__(self, *, faults: Iterable[Fault | str] = (), setup: Setup | None = None) -> None:
        super().__init__(faults=faults, setup=setup)
        self.processing_asks = 0
        self._asked: Counter[int] = Counter()
        self._linked: set[int] = set()

    @property
    def base_url(self) -> str:
        """With `/v1beta`."""
        return f"{self.url}/v1beta"

    def service_routes(self) -> Iterable[Route]:
        """Create, poll, cancel; the state of a file and its bytes; the list of models. Interactions are not listed."""
        interaction, file = "/v1beta/interactions/([^/]+)", "/v1beta/files/([a-z0-9]+)"
        yield Route(method="POST", pattern="/v1beta/interactions", work=self.create, call=Call.CREATE)
        yield Route(method="GET", pattern=interaction, work=self.poll, call=Call.POLL)
        yield Route(method="POST", pattern=f"{interaction}/cancel", work=self._cancel, call=Call.CANCEL)
        yield Route(method="GET", pattern=file, work=self._state)
        yield Route(method="GET", pattern=f"{file}:download", work=self._download, call=Call.CONTENT)
        yield Route(method="GET", pattern="/v1beta/models", work=self._models)

    def refusal(self, refused: RefusedError) -> Reply:
        """`{"error": {"code", "message"}}`, the code in words."""
        headers = {} if refused.retry_after_s is None else {"Retry-After": str(refused.retry_after_s)}
        code = refused.code if refused.code in _OWN_CODES else _CODES.get(refused.status, "api_error")
        return json_reply({"error": {"code": code, "message": refused.message}}, status=refused.status, headers=headers)

    def new_id(self, number: int) -> str:
        """The id of an interaction."""
        return f"v1_omni{number:06d}"

    # --- interactions -------------------------------------------------------------------------------------------------

    def read_order(self, exchange: Exchange) -> Order:
        """A body that asks for one video, in the background, behind a link."""
        fields = exchange.request.fields
        _check_known(fields, _FIELDS)
        model = str(fields.get("model"))
        if model not in _LONGEST_S:
            raise RefusedError(f"models/{model} is not found.", status=404, code="model_not_found")
        if fields.get("background") is not True or fields.get("store", True) is not True:
            raise RefusedError("Here a video is made in the background, which needs store.")
        prompt, pictures = _read_input(fields.get("input"))
        is_of_subjects = _SUBJECT.format(0) in prompt
        task = "reference_to_video" if is_of_subjects else "image_to_video" if pictures else "text_to_video"
        _check_config(fields.get("generation_config", {}), task=task)
        _check_pictures(prompt, pictures, of_subjects=is_of_subjects)
        between = len(pictures) > 1 and not is_of_subjects
        longest = min(_LONGEST_S[model], _LONGEST_BETWEEN_FRAMES_S) if between else _LONGEST_S[model]
        size, seconds = _read_format(fields.get("response_format"), longest=longest)
        return Order(
            fields=fields,
            prompt=prompt,
            model=model,
            shape=ClipShape.lasting(Fraction(seconds), size=size, rate=_RATE),
            size=f"{size[0]}x{size[1]}",
            seconds=str(seconds),
            first_frame=pictures[0] if pictures and not is_of_subjects else None,
            references=tuple(pictures) if is_of_subjects else (),
        )

    def job_object(self, look: Look) -> Mapping[str, object]:
        """An interaction."""
        job = look.job
        shown: dict[str, object] = {
            "id": job.remote_id,
            "object": "interaction",
            "model": job.order.model,
            "status": _STATES[look.state],
            "created": _time(job.created_at),
            "updated": _time(self.clock.now()),
            "steps": [],
        }
        if look.state is State.COMPLETED:
            thought = {"type": "thought", "signature": "c2lnbmVk"}
            shown["steps"] = [thought, {"type": "model_output", "content": [self._output(look)]}]
            shown["usage"] = {"total_input_tokens": 20, "total_output_tokens": 5792}
        if look.state is State.FAILED:
            blocked = job.fate is Fate.MODERATION
            code, message = ("safety", "Blocked by policy.") if blocked else ("api_error", "An error occurred.")
            shown["errors"] = [{"code": code, "message": message}]
        return shown

    def _output(self, look: Look) -> Mapping[str, object]:
        job = look.job
        if not self.has_clip(look):
            return {"type": "text", "text": "I cannot make this video."}
        if job.number in self._linked:
            return {"type": "video", "mime_type": "video/mp4", "data": base64.b64encode(self.video(job)).decode()}
        self._linked.add(job.number)
        link = f"{self.base_url}/files/clip{job.number}:download?alt=media"
        return {"type": "video", "mime_type": "video/mp4", "uri": link}

    def _cancel(self, exchange: Exchange) -> Reply:
        job = self.job(exchange)
        if self.jobs.look(job).state.is_over:
            raise RefusedError("The interaction is over.", code="failed_precondition")
        self.jobs.cancel(job)
        return json_reply(self.job_object(self.jobs.look(job)))

    # --- files and models ---------------------------------------------------------------------------------------------

    def _state(self, exchange: Exchange) -> Reply:
        job = self._job_of_file(exchange)
        self._asked[job.number] += 1
        is_ready = self._is_ready(job)
        name = f"files/{exchange.parts[0]}"
        return json_reply(
            {
                "name": name,
                "mimeType": "video/mp4",
                "uri": f"{self.base_url}/{name}",
                "state": "ACTIVE" if is_ready else "PROCESSING",
                "source": "GENERATED",
            }
        )

    def _download(self, exchange: Exchange) -> Reply:
        job = self._job_of_file(exchange)
        if exchange.fault is not None and exchange.fault.what is What.EXPIRE:
            job.expired = True
            self._job_of_file(exchange)
        if exchange.request.query.get("alt") != "media":
            raise RefusedError("Only alt=media gives the bytes of a file.")
        if not self._is_ready(job):
            raise RefusedError("The file is not in an ACTIVE state.", code="failed_precondition")
        return self.clip_reply(exchange, job)

    def _is_ready(self, job: Accepted) -> bool:
        return self._asked[job.number] > self.processing_asks or not self.processing_asks

    def _job_of_file(self, exchange: Exchange) -> Accepted:
        name = exchange.parts[0]
        for job in self.jobs.live:
            if name == f"clip{job.number}" and self.has_clip(self.jobs.look(job)):
                return job
        raise RefusedError(
            f"You do not have permission to access the File {name} or it may not exist.", status=HTTPStatus.FORBIDDEN
        )

    def _models(self, exchange: Exchange) -> Reply:
        most = int(exchange.request.query.get("pageSize", "50"))
        return json_reply({"models": [{"name": f"models/{each}"} for each in sorted(_LONGEST_S)[:most]]})


def _read_input(given: object) -> tuple[str, Sequence[bytes]]:
    """The words, and the pictures in order."""
    if isinstance(given, str):
        return _checked_words([given]), ()
    listed = given if isinstance(given, list) else []
    items: list[object] = []
    for each in listed:
        is_step = isinstance(each, Mapping) and each.get("type") == "user_input"
        items += each["content"] if is_step and isinstance(each.get("content"), list) else [each]
    content = [each for each in items if isinstance(each, Mapping)]
    kinds = {str(each.get("type")) for each in content}
    pictures = [_picture(each) for each in content if each.get("type") == "image"]
    if not content or not kinds <= {"text", "image"}:
        raise RefusedError("The input is not words with images.")
    return _checked_words([str(each.get("text", "")) for each in content if each.get("type") == "text"]), pictures


def _checked_words(texts: Sequence[str]) -> str:
    [words] = texts if len(texts) == 1 else [""]
    if not words.strip():
        raise RefusedError("The input has no words.")
    if "<LAST_FRAME>" in words and "<FIRST_FRAME>" not in words:
        raise RefusedError("<LAST_FRAME> goes only together with <FIRST_FRAME>.")
    return words


def _picture(item: Mapping[str, object]) -> bytes:
    _check_known(item, frozenset({"type", "data", "mime_type"}))
    try:
        data = base64.b64decode(str(item.get("data", "")), validate=True)
    except binascii.Error:
        raise RefusedError("The data is not base64.") from None
    if item.get("mime_type") not in ("image/png", "image/jpeg"):
        raise RefusedError("The mime_type is not that of the image.")
    picture_size(data)
    return data


def _check_pictures(words: str, pictures: Sequence[bytes], *, of_subjects: bool) -> None:
    """A first and a last frame, or reference pictures of which each has its tag."""
    if len(pictures) > (_MOST_SUBJECTS if of_subjects else 2):
        raise RefusedError("These are too many images.")
    if of_subjects and not all(_SUBJECT.format(index) in words for index in range(len(pictures))):
        raise RefusedError("A reference image has no tag in the words.")
    if of_subjects and "<FIRST_FRAME>" in words:
        raise RefusedError("A frame and reference images do not go together here.")


def _check_config(given: object, *, task: str) -> None:
    config = given if isinstance(given, Mapping) else {}
    _check_known(config, _CONFIG)
    seed, video = config.get("seed", 0), config.get("video_config", {})
    asked = video.get("task") if isinstance(video, Mapping) else ""
    if not isinstance(seed, int) or not 0 <= seed <= _MOST_SEED:
        raise RefusedError("The seed is no int32.")
    if asked not in (None, task):
        raise RefusedError(f"The input does not fit the task {asked}.")


def _read_format(given: object, *, longest: int) -> tuple[tuple[int, int], int]:
    wanted = given if isinstance(given, Mapping) else {}
    _check_known(wanted, _FORMAT)
    lines, shape = _TIERS.get(str(wanted.get("resolution", "720p"))), wanted.get("aspect_ratio", "16:9")
    lasts = re.fullmatch(r"(\d+)s", str(wanted.get("duration")))
    if wanted.get("type") != "video" or wanted.get("delivery") != "uri" or lines is None or shape not in _SHAPES:
        raise RefusedError("The response_format is not made here.")
    if lasts is None or not _SHORTEST_S <= int(lasts[1]) <= longest:
        raise RefusedError(f"The duration is not one of {_SHORTEST_S}s to {longest}s.")
    [size] = hd_sizes(lines, shapes=[str(shape)])
    return size, int(lasts[1])


def _check_known(given: Mapping[str, object], known: frozenset[str]) -> None:
    for each in given:
        if each not in known:
            raise RefusedError(f"Unknown parameter {each!r}.", code="parameter_unknown")


def _time(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
