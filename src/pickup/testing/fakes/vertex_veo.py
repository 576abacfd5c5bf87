"""A fake of Veo on Vertex AI: operations that are asked for by POST, a bucket, and the endpoint that gives tokens.

with FakeVertexVeo(setup=Setup(key="a-token")) as fake:
    ...                             POST fake.base_url + "/v1/projects/p1/…/veo-3.1-generate-001:predictLongRunning"

A service account's file with `token_uri` set to `fake.token_url` signs in here; what it gets is admitted like the key.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import ClassVar
from urllib.parse import parse_qs

from pickup.hosted import hd_sizes
from pickup.testing.fakes.clips import ClipShape
from pickup.testing.fakes.faults import Call, Fault, What
from pickup.testing.fakes.hosted import FakeHosted
from pickup.testing.fakes.orders import Accepted, Fate, Look, Order, State
from pickup.testing.fakes.pictures import picture_size
from pickup.testing.fakes.routes import Exchange, Route, Setup
from pickup.testing.fakes.wire import RefusedError, Reply, Request, json_reply
from pickup.timing import FrameRate

_RATE = FrameRate.parse("24")
_MODELS: Mapping[str, tuple[str, ...]] = {
    "veo-3.1-generate-001": ("720p", "1080p", "4k"),
    "veo-3.1-fast-generate-001": ("720p", "1080p", "4k"),
    "veo-3.1-lite-generate-001": ("720p", "1080p"),
}
_LINES = {"720p": 720, "1080p": 1080, "4k": 2160}
_SHAPES = ("16:9", "9:16")
_SECONDS = (4, 6, 8)
_MOST_SUBJECTS = 3
_PICTURES = ("image/png", "image/jpeg", "image/webp")
_STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}
_INVALID, _INTERNAL = 3, 13
_RESPONSE = "type.googleapis.com/cloud.ai.large_models.vision.GenerateVideoResponse"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_AUDIENCE = "https://oauth2.googleapis.com/token"
"""What google-auth writes into an assertion, wherever it sends it."""

_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_MODEL = r"/v1(?:beta1)?/(projects/[^/]+/locations/[^/]+/publishers/google/models/([^/:]+))"


class FakeVertexVeo(FakeHosted):
    """Operations of Veo 3.1 in any project and location.

    Attributes:
        token_s: Seconds for which a token that is given lives, as it says itself.
        signs_in: Whether a service account gets a token.
        shows_objects: Whether tokens may read the bucket.
    """

    kind: ClassVar[str] = "vertex_veo"
    model: ClassVar[str] = "veo-3.1-fast-generate-001"
    options: ClassVar[Mapping[str, str]] = {"project": "any-project"}
    bills_failures: ClassVar[bool] = False

    def __init__(self, *, faults: Iterable[Fault | str] = (), setup: Setup | None = None) -> None:
        super().__init__(faults=faults, setup=setup)
        self.token_s = 3600
        self.signs_in = True
        self.shows_objects = True
        self.tokens: list[str] = []

    @property
    def token_url(self) -> str:
        """What `token_uri` in a service account's file is set to."""
        return f"{self.url}/token"

    def service_routes(self) -> Iterable[Route]:
        """Create and poll, the project's own models, the bucket, and tokens; there is no cancel."""
        yield Route(method="POST", pattern=f"{_MODEL}:predictLongRunning", work=self.create, call=Call.CREATE)
        yield Route(method="POST", pattern=f"{_MODEL}:fetchPredictOperation", work=self.poll, call=Call.POLL)
        listing = r"/v1(?:beta1)?/projects/[^/]+/locations/[^/]+/models"
        yield Route(method="GET", pattern=listing, work=lambda _exchange: json_reply({}), call=Call.LIST)
        yield Route(method="GET", pattern=r"/storage/v1/b/([^/]+)/o/([^/]+)", work=self._object, call=Call.CONTENT)
        yield Route(method="POST", pattern="/token", work=self._give_token, is_open=True)

    def admits(self, request: Request, *, key: str) -> bool:
        """The key, or a token that was given here."""
        sent = request.headers.get(self.key_header, "").removeprefix(self.scheme)
        return sent == key or sent in self.tokens

    def refusal(self, refused: RefusedError) -> Reply:
        """Google's error object."""
        headers = {} if refused.retry_after_s is None else {"Retry-After": str(refused.retry_after_s)}
        status = _STATUSES.get(refused.status, "UNKNOWN")
        error = {"code": refused.status, "message": refused.message, "status": status}
        return json_reply({"error": error}, status=refused.status, headers=headers)

    # --- operations ---------------------------------------------------------------------------------------------------

    def accept(self, exchange: Exchange) -> Accepted:
        """The operation of an order; its name is a path below its model."""
        order = self.read_order(exchange)
        path = exchange.parts[0]
        fate = exchange.fate or (Fate.INTERNAL if _forbids_rewriting(order) else Fate.WELL)

        def name(number: int) -> str:
            return f"{path}/operations/{number:08x}-0000-4000-8000-000000000000"

        job, _is_new = self.jobs.accept(order, name=name, fate=fate)
        return job

    def read_order(self, exchange: Exchange) -> Order:
        """One instance with its parameters."""
        fields, model = exchange.request.fields, exchange.parts[1]
        if model not in _MODELS:
            raise RefusedError("There is no such publisher model, or you may not use it.", status=404)
        instances, parameters = fields.get("instances"), fields.get("parameters", {})
        if not isinstance(instances, list) or len(instances) != 1 or not isinstance(instances[0], Mapping):
            raise RefusedError("instances has to hold one object.")
        if not isinstance(parameters, Mapping):
            raise RefusedError("parameters has to be an object.")
        seconds, size = _length(parameters), _size(parameters, model=model)
        first, subjects = _frames(instances[0]), _subjects(instances[0], model=model)
        if subjects and (seconds != _SECONDS[-1] or size[0] < size[1]):
            raise RefusedError("Reference images are for 8 seconds at 16:9.")
        prompt = instances[0].get("prompt", "")
        if not isinstance(prompt, str) or (not prompt and first is None):
            raise RefusedError("A prompt or an image is needed.")
        _check_switches(parameters)
        return Order(
            fields=fields,
            prompt=prompt,
            model=model,
            shape=ClipShape.lasting(Fraction(seconds), size=size, rate=_RATE),
            size=f"{size[0]}x{size[1]}",
            seconds=str(seconds),
            first_frame=first,
            references=subjects,
        )

    def job(self, exchange: Exchange) -> Accepted:
        """The operation that the body names, asked of its own model."""
        name = exchange.request.fields.get("operationName")
        if not isinstance(name, str) or name.rpartition("/operations/")[0] != exchange.parts[0]:
            raise RefusedError("operationName is no operation of this model.")
        job = self.jobs.find(name)
        if job is None:
            raise RefusedError("There is no such operation.", status=404)
        return job

    def created_object(self, look: Look) -> Mapping[str, object]:
        """Its name."""
        return {"name": look.job.remote_id}

    def job_object(self, look: Look) -> Mapping[str, object]:
        """An operation; until it is over its name alone."""
        job, ended = look.job, {"name": look.job.remote_id, "done": True}
        if not look.state.is_over:
            return self.created_object(look)
        if _forbids_rewriting(job.order):
            return {**ended, "error": {"code": _INVALID, "message": "Prompt enhancement of Veo 3 cannot be disabled."}}
        if look.state is State.FAILED and job.fate is Fate.INTERNAL:
            return {**ended, "error": {"code": _INTERNAL, "message": "An internal error has occurred."}}
        if look.state is State.FAILED:
            reason = "The filters kept this video. You will not be charged for it. Support codes: 29310472"
            filtered = {"raiMediaFilteredCount": 1, "raiMediaFilteredReasons": [reason]}
            return {**ended, "response": {"@type": _RESPONSE, **filtered}}
        if not self.has_clip(look):
            return {**ended, "response": {"@type": _RESPONSE}}
        return {**ended, "response": {"@type": _RESPONSE, "videos": [self._video_of(job)]}}

    def _video_of(self, job: Accepted) -> Mapping[str, object]:
        uri = self.object_of(job)
        kept = {"gcsUri": uri} if uri else {"bytesBase64Encoded": base64.b64encode(self.video(job)).decode()}
        return {**kept, "mimeType": "video/mp4"}

    # --- the bucket ---------------------------------------------------------------------------------------------------

    def object_of(self, job: Accepted) -> str:
        """The `gs://` address of a clip; empty where the order named no bucket."""
        parameters = job.order.fields.get("parameters", {})
        folder = parameters.get("storageUri", "") if isinstance(parameters, Mapping) else ""
        return f"{folder.rstrip('/')}/{job.number}/sample_0.mp4" if folder else ""

    def _object(self, exchange: Exchange) -> Reply:
        uri = "gs://{}/{}".format(*exchange.parts)
        if not self.shows_objects:
            raise RefusedError("These credentials do not have storage.objects.get access.", status=403)
        job = next((each for each in self.jobs.accepted if self.object_of(each) == uri), None)
        if job is not None and exchange.fault is not None and exchange.fault.what is What.EXPIRE:
            job.expired = True
        if job is None or not self.has_clip(self.jobs.look(job)):
            raise RefusedError(f"No such object: {uri}", status=404)
        if exchange.request.query.get("alt") != "media":
            bucket, name = exchange.parts
            return json_reply({"kind": "storage#object", "bucket": bucket, "name": name})
        return self.clip_reply(exchange, job)

    # --- tokens -------------------------------------------------------------------------------------------------------

    def _give_token(self, exchange: Exchange) -> Reply:
        """A service account's signed assertion is changed into a token; its signature is not looked at."""
        form = parse_qs(exchange.request.body.decode())
        claims = _claims(form.get("assertion", [""])[0])
        if form.get("grant_type") != [_GRANT] or claims.get("aud") != _AUDIENCE or not claims.get("iss"):
            return json_reply({"error": "invalid_grant", "error_description": "This is no assertion."}, status=400)
        if _SCOPE not in str(claims.get("scope", "")).split():
            return json_reply({"error": "invalid_scope", "error_description": "No scope is asked for."}, status=400)
        if not self.signs_in:
            return json_reply({"error": "invalid_grant", "error_description": "The account is gone."}, status=400)
        self.tokens.append(f"ya29.fake-{len(self.tokens) + 1}")
        given = {"access_token": self.tokens[-1], "expires_in": self.token_s, "token_type": "Bearer"}
        return json_reply(given)


def _length(parameters: Mapping[str, object]) -> int:
    seconds = parameters.get("durationSeconds", 8)
    if isinstance(seconds, bool) or not isinstance(seconds, int) or seconds not in _SECONDS:
        raise RefusedError("durationSeconds is 4, 6 or 8.")
    return seconds


def _size(parameters: Mapping[str, object], *, model: str) -> tuple[int, int]:
    shape, resolution = parameters.get("aspectRatio", "16:9"), parameters.get("resolution", "720p")
    if shape not in _SHAPES:
        raise RefusedError("aspectRatio is 16:9 or 9:16.")
    if resolution not in _MODELS[model]:
        raise RefusedError("This model does not make this resolution.")
    [size] = hd_sizes(_LINES[str(resolution)], shapes=[str(shape)])
    return size


def _check_switches(parameters: Mapping[str, object]) -> None:
    """The parameters that change nothing about the clip here."""
    seed, storage = parameters.get("seed", 0), parameters.get("storageUri")
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**32:
        raise RefusedError("seed is an unsigned number of 32 bits.")
    if parameters.get("sampleCount", 1) not in (1, 2, 3, 4):
        raise RefusedError("sampleCount is 1 to 4.")
    if storage is not None and not str(storage).startswith("gs://"):
        raise RefusedError("storageUri begins with gs://.")
    for name in ("generateAudio", "enhancePrompt"):
        if not isinstance(parameters.get(name, False), bool):
            raise RefusedError(f"{name} is true or false.")


def _forbids_rewriting(order: Order) -> bool:
    """What Veo 3 accepts, and then fails over."""
    parameters = order.fields.get("parameters", {})
    return isinstance(parameters, Mapping) and parameters.get("enhancePrompt") is False


def _frames(instance: Mapping[str, object]) -> bytes | None:
    """The first frame, after both were looked at."""
    if "lastFrame" in instance and "image" not in instance:
        raise RefusedError("lastFrame needs an image.")
    frames = {name: _picture(instance[name]) for name in ("image", "lastFrame") if name in instance}
    return frames.get("image")


def _subjects(instance: Mapping[str, object], *, model: str) -> tuple[bytes, ...]:
    """Up to three pictures of a subject, never beside a frame."""
    given = instance.get("referenceImages", [])
    if not isinstance(given, list) or len(given) > _MOST_SUBJECTS or (given and "lite" in model):
        raise RefusedError("referenceImages is a list of at most three, of a model that takes them.")
    if given and ("image" in instance or "lastFrame" in instance):
        raise RefusedError("Reference images go without image and lastFrame.")
    if any(not isinstance(each, Mapping) or str(each.get("referenceType")).lower() != "asset" for each in given):
        raise RefusedError("The referenceType is asset.")
    return tuple(_picture(each["image"]) for each in given)


def _picture(given: object) -> bytes:
    if not isinstance(given, Mapping) or given.get("mimeType") not in _PICTURES:
        raise RefusedError("An image has bytes and a mimeType.")
    try:
        data = base64.b64decode(str(given.get("bytesBase64Encoded", "")), validate=True)
    except binascii.Error:
        raise RefusedError("The bytes of an image are not base64.") from None
    picture_size(data)
    return data


def _claims(assertion: str) -> Mapping[str, object]:
    _, _, rest = assertion.partition(".")
    payload = rest.partition(".")[0]
    try:
        claims: object = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (binascii.Error, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}
