"""Veo on Vertex AI: `:predictLongRunning` of Google's own models, in your project of Google Cloud.

Clips are 4, 6 or 8 s at 24 fps. A clip comes inside the reply to a poll, or lies in a bucket of yours where
`options.storage_uri` names one. Access is by a token that google-auth renews; there is no key.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

from pickup import _files
from pickup._http import Api, Key, Reply, Secret, Timeouts
from pickup.config.provider_setup import ProviderSetup
from pickup.errors import ConfigError, FailureKind, ProviderRefused, ProviderUnavailable
from pickup.hosted import (
    Call,
    HostedProvider,
    Model,
    Picture,
    Service,
    Trouble,
    check_same_server,
    hd_sizes,
    nearest_shape,
    number,
    read,
)
from pickup.offers import Audio, Capability, Lengths, Mode
from pickup.ports import Billing, Generation, RemoteState, RemoteStatus, Submission
from pickup.providers.vertex_veo.options import OPTIONS, check_options, host_at
from pickup.providers.vertex_veo.replies import CANCELLED, Made, Operation, Status, trouble_in
from pickup.providers.vertex_veo.sign_in import SignIn, Token
from pickup.timing import FrameRate

_SHAPES = ("16:9", "9:16")
_TIERS: Mapping[int, str] = MappingProxyType({2160: "4k"})
_SEEDS = 1 << 32
_STORAGE = "https://storage.googleapis.com"
_LARGEST_CLIP = 4 << 30
_REPLY_S = 900.0
"""For a reply that holds a whole clip, over a slow line."""

_REFERENCES, _WITH_REFERENCES_S = 3, 8
"""Pictures of subjects that Veo takes instead of frames, and the one length that it makes then, at 16:9 alone."""

_OPERATION = re.compile(r"projects/[\w.:-]+/locations/[\w-]+/publishers/[\w-]+/models/[\w.@-]+/operations/[\w-]+")


def _veo(name: str, *lines: int, note: str, references: int = _REFERENCES) -> Model:
    """A model of the family; they differ in the sizes that they make, and in whether they take reference pictures."""
    capability = Capability(
        modes=frozenset({Mode.TEXT, Mode.FIRST, Mode.FIRST_LAST}),
        lengths=Lengths.of(4, 6, 8),
        sizes=hd_sizes(*lines, shapes=_SHAPES),
        rates=(FrameRate.parse("24"),),
    )
    pictured = replace(
        capability,
        modes=frozenset({Mode.TEXT}),
        lengths=Lengths.of(_WITH_REFERENCES_S),
        sizes=hd_sizes(*lines, shapes=("16:9",)),
        references=references,
    )
    capabilities = (capability, pictured) if references else (capability,)
    return Model(name=name, capabilities=capabilities, audio=Audio.OPTIONAL, seed=True, negative=True, notes=(note,))


def _coded(picture: Picture) -> Mapping[str, str]:
    return {"bytesBase64Encoded": picture.base64, "mimeType": picture.media_type}


class VertexVeo(HostedProvider):
    """Veo in a project of Google Cloud, with Google's own sign-in."""

    service = Service(
        name="vertex_veo",
        base_url=f"https://{host_at('us-central1')}",
        link_wants_key=True,
        reply_bytes=512 << 20,
        reference_bytes=2 << 20,
        poll_s=15.0,
        per_minute=10,
        options=OPTIONS,
        notes=(
            "Veo rewrites the words of a shot, and fails where it is told not to",
            "words may be 1024 tokens long",
            "it says no progress and stops nothing",
        ),
    )
    models = (
        _veo("veo-3.1-fast-generate-001", 720, 1080, 2160, note="it stays at least until 2027-05-04"),
        _veo("veo-3.1-generate-001", 720, 1080, 2160, note="it stays at least until 2027-05-04"),
        _veo("veo-3.1-lite-generate-001", 720, 1080, note="it is a preview", references=0),
    )

    def __init__(self, setup: ProviderSetup) -> None:
        """Asks nobody.

        Raises:
            ConfigError: An option is unknown, or is not what it should be.
        """
        super().__init__(setup)
        check_options(setup.settings.options, name=self.name)
        self._token: Token | None = None
        self._signer = SignIn(name=self.name, credentials=self.option("credentials"), environment=setup.environment)

    # --- where and as whom --------------------------------------------------------------------------------------------

    @property
    def project(self) -> str:
        """The project that pays, as a part of a path.

        Raises:
            ConfigError: None is named.
        """
        found = self.option("project") or self.setup.environment.get("GOOGLE_CLOUD_PROJECT", "").strip()
        if not found:
            raise ConfigError(
                f"{self.name} needs a project of Google Cloud",
                where=f"providers.{self.name}.options",
                next_step=f'set the environment variable GOOGLE_CLOUD_PROJECT, or options = {{ project = "…" }} in '
                f"[providers.{self.name}]",
            )
        return quote(found, safe=":")

    @property
    def location(self) -> str:
        """Where clips are made."""
        return self.option("location", "us-central1")

    @property
    def base_url(self) -> str:
        """The location's own host, unless the settings name another."""
        return self.setup.settings.base_url or f"https://{host_at(self.location)}"

    @property
    def wants_key(self) -> bool:
        """Another address gets a token only where the settings name credentials."""
        return super().wants_key or bool(self.option("credentials"))

    @property
    def _has_plain_token(self) -> bool:
        """The settings name a variable that holds a token, and no credentials."""
        return self.setup.settings.api_key_env is not None and not self.option("credentials")

    def check_ready(self) -> None:
        """There is a project, and what a token is got with."""
        _ = self.project
        if self._has_plain_token:
            self.setup.key()
        elif self.wants_key:
            self._signer.check()

    async def ask(self, call: Call, *, creates: bool = False) -> Reply:
        """With a token that lives."""
        await self._sign_in()
        return await super().ask(call, creates=creates)

    async def healthcheck(self) -> str:
        """With a token that lives."""
        self.check_ready()
        await self._sign_in()
        return await super().healthcheck()

    def api_with(self, key: str | None) -> Api:
        """The location's host; a reply may hold a whole clip."""
        return self._api_at(self.base_url, token=key)

    async def _sign_in(self) -> None:
        """Sees to it that requests carry a token that lives; what is under way keeps the one that it has."""
        token = None
        if self._has_plain_token:
            token = Token(value=self.setup.key())
        elif self.wants_key:
            token = await self._signer.token()
        if self._api_made is None or token != self._token:
            self._token = token
            self._api_made = self.api_with(token.value if token else None)

    def _api_at(self, base_url: str, *, token: str | None) -> Api:
        return Api(
            base_url=base_url,
            name=self.name,
            key=None if token is None else Key(Secret(token)),
            timeouts=Timeouts(total_s=_REPLY_S),
            max_reply_bytes=self.service.reply_bytes,
        )

    def _headers(self, call: Call) -> Mapping[str, str]:
        """A user's own credentials name the project whose quota counts."""
        quota = {"x-goog-user-project": self._token.quota_project} if self._token and self._token.quota_project else {}
        return {**super()._headers(call), **quota}

    # --- asking for a clip --------------------------------------------------------------------------------------------

    def order(self, request: Generation) -> Call:
        """`POST …:predictLongRunning`."""
        lines = min(request.size)
        frames = {"image": request.boundary_in, "lastFrame": request.boundary_out}
        pictures = {name: self._picture(png) for name, png in frames.items() if png is not None}
        shown = [{"image": _coded(each), "referenceType": "asset"} for each in self.references(request)]
        subjects = {"referenceImages": shown} if shown else {}
        words = {"prompt": request.prompt} if request.prompt else {}
        unwanted = {"negativePrompt": request.negative} if request.negative else {}
        parameters = {
            "sampleCount": 1,
            "durationSeconds": number(request.length_s),
            "aspectRatio": nearest_shape(request.size, shapes=_SHAPES),
            "resolution": _TIERS.get(lines, f"{lines}p"),
            "generateAudio": False,
            "seed": request.seed % _SEEDS,
        }
        model = f"publishers/google/models/{quote(request.model, safe='@')}"
        return Call(
            path=f"/v1/projects/{self.project}/locations/{self.location}/{model}:predictLongRunning",
            json={
                "instances": [{**words, **pictures, **subjects}],
                "parameters": {**parameters, **unwanted, **self._chosen(request.model)},
            },
        )

    def _chosen(self, model: str) -> Mapping[str, object]:
        """Parameters that the settings add.

        Raises:
            ProviderRefused: The rewriting of words is switched off for a model that fails then.
        """
        rewriting = self.option("enhance_prompt")
        if rewriting == "false" and model.startswith("veo-3"):  # "cannot be disabled", and the operation fails
            raise ProviderRefused(
                f"{model} always rewrites the words of a shot, and fails where it is told not to",
                next_step=f"take enhance_prompt out of [providers.{self.name}.options]",
            )
        texts = {"storageUri": self.option("storage_uri"), "personGeneration": self.option("person_generation")}
        switch = {"enhancePrompt": rewriting == "true"} if rewriting else {}
        return {**{name: text for name, text in texts.items() if text}, **switch}

    def _picture(self, png: bytes) -> Mapping[str, str]:
        return _coded(self.picture(png))

    def accepted(self, content: object) -> Submission | None:
        """The operation's name, which is asked for as a path and so must look like one."""
        operation = read(Operation, content)
        if operation is None or not _OPERATION.fullmatch(operation.name):
            return None
        return Submission(remote_id=operation.name)

    def trouble_in(self, content: object) -> Trouble | None:
        """Google's error object."""
        return trouble_in(content)

    # --- what becomes of it -------------------------------------------------------------------------------------------

    def question(self, submission: Submission) -> Call:
        """`POST …:fetchPredictOperation` of the model that made the operation."""
        model = submission.remote_id.rpartition("/operations/")[0]
        return Call(path=f"/v1/{model}:fetchPredictOperation", json={"operationName": submission.remote_id})

    def standing(self, content: object) -> RemoteStatus | None:
        """An operation: running, failed, filtered, or with a clip; one that comes inline has no link."""
        operation = read(Operation, content)
        if operation is None:
            return None
        if not operation.done:
            return RemoteStatus(state=RemoteState.RUNNING)
        if operation.error is not None:
            return self._failure(operation.error)
        clip = operation.clip
        if clip is None:
            return self._nothing(operation.response or Made())
        link = "" if clip.bytesBase64Encoded else clip.gcsUri
        return RemoteStatus(state=RemoteState.READY, urls={"clip": link} if link else {})

    def is_there(self, status: RemoteStatus) -> bool:
        """`standing` has looked."""
        del status
        return True

    def _failure(self, error: Status) -> RemoteStatus:
        message = error.message or f"it failed with code {error.code}"
        status = self.failed(error.kind, message, billing=_billing_in(message))
        return replace(status, state=RemoteState.CANCELLED) if error.code == CANCELLED else status

    def _nothing(self, made: Made) -> RemoteStatus:
        """A good end without a clip: the filters kept it."""
        if not made.is_filtered:
            return self.failed(FailureKind.BAD_OUTPUT, "it says that the clip is finished and sends none")
        is_input = "input" in made.reason.lower()
        kind = FailureKind.MODERATION_INPUT if is_input else FailureKind.MODERATION_OUTPUT
        message = made.reason or "Google's filters kept the clip"
        return self.failed(kind, message, billing=_billing_in(message))

    async def fetch(
        self, request: Generation, submission: Submission, *, destination: Path, report: Callable[[float], None]
    ) -> None:
        """Downloads the clip from the bucket, or asks for the operation again, whose reply holds it."""
        if submission.urls.get("clip"):
            await super().fetch(request, submission, destination=destination, report=report)
            return
        check_same_server(submission, name=self.name, base_url=self.base_url)
        reply = await self.ask(self.question(submission))
        operation = read(Operation, reply.json())
        clip = operation.clip if operation else None
        if clip is None or not clip.bytesBase64Encoded:
            raise ProviderUnavailable(f"{self.name} sends no clip with this job now", kind=FailureKind.EXPIRED)
        with _files.whole_file(destination) as part:
            await asyncio.to_thread(self._unpack, clip.bytesBase64Encoded, part)
        report(1.0)

    def _unpack(self, text: str, part: Path) -> None:
        try:
            part.write_bytes(base64.b64decode(text, validate=True))
        except binascii.Error as error:
            raise ProviderRefused(
                f"{self.name} sent a clip that cannot be decoded",
                kind=FailureKind.BAD_OUTPUT,
                next_step="generate the shot again with --refresh",
            ) from error

    async def download(self, link: str, part: Path, *, report: Callable[[float], None]) -> None:
        """Fetches an object of Cloud Storage by its `gs://` address, with the token."""
        base, place = self._place_of(link)
        await self._sign_in()
        storage = self._api_at(base, token=self._token.value if self._token else None)
        try:
            await storage.download(f"{place}?alt=media", part, report=report, max_bytes=_LARGEST_CLIP, with_key=True)
        except ProviderUnavailable as error:
            if error.kind is FailureKind.EXPIRED:  # it is gone, or these credentials may not read the bucket
                self.check(await storage.send("GET", place))
            raise
        finally:
            await storage.aclose()

    def _place_of(self, link: str) -> tuple[str, str]:
        """Where Cloud Storage is asked, and the address of the object there."""
        bucket, _, name = link.removeprefix("gs://").partition("/")
        base = (self.option("storage_url") or self.setup.settings.base_url or _STORAGE).rstrip("/")
        return base, f"{base}/storage/v1/b/{quote(bucket, safe='')}/o/{quote(name, safe='')}"

    # --- whether it works ---------------------------------------------------------------------------------------------

    def probe(self) -> Call:
        """The project's own models at this location, at most one: it proves token, project and API, and not Veo."""
        return Call(method="GET", path=f"/v1/projects/{self.project}/locations/{self.location}/models?pageSize=1")

    def probed(self, reply: Reply) -> str:
        """Names the project."""
        del reply
        return f"for the project {self.project}"


def _billing_in(message: str) -> Billing | None:
    """Google's own words may say that a clip which it kept is free; nothing else does."""
    return Billing.NOT_BILLED if "not be charged" in message.lower() else None
