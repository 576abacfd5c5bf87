"""Google's Gemini Omni Flash, by the Interactions API: `POST /interactions`, in the background.

Clips are 3 to 15 whole seconds at 24 fps, always with sound; between two frames 3 to 10. What a frame or a reference
picture is for stands in the prompt, as a tag. A clip comes as a file of the Files API, which keeps it for two days and
has it ready a little after the interaction is done; it is fetched with the key.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from pydantic import BaseModel, Field

from pickup._http import Reply
from pickup.config.provider_setup import host_of
from pickup.errors import FailureKind, ProviderRefused, ProviderUnavailable
from pickup.hosted import (
    Call,
    HostedProvider,
    Model,
    Picture,
    Service,
    Trouble,
    hd_sizes,
    nearest_shape,
    number,
    read,
    who_is_shown,
)
from pickup.offers import Audio, Cancelling, Capability, Lengths, Mode
from pickup.ports import Generation, RemoteState, RemoteStatus, Submission
from pickup.timing import FrameRate

_RATE = FrameRate.parse("24")
_SHAPES = ("16:9", "9:16")
_TIERS: Mapping[int, str] = MappingProxyType({360: "360p", 720: "720p", 1080: "1080p", 2160: "4k"})
_SIZES = hd_sizes(*_TIERS, shapes=_SHAPES)
_FIRST, _LAST = "<FIRST_FRAME>", "<LAST_FRAME>"
_SUBJECT = "<IMAGE_REF_{}>"
"""Of a reference picture; they are counted from zero."""

_ENDING = "In one continuous shot, without cuts."
"""Unless its prompt says so, Omni cuts between several shots (Google's guide to Omni, 2026-09-18)."""

_SEEDS = 1 << 31
_FILE = re.compile(r"/files/([a-z0-9-]+)")
_FILE_WAITS_S = 5.0

_RUNNING = ("queued", "in_progress")
_ENDS: Mapping[str, tuple[FailureKind, str]] = MappingProxyType(
    {
        "failed": (FailureKind.PROVIDER_FAILED, "it failed"),
        "requires_action": (FailureKind.PROVIDER_FAILED, "it waits for an answer, and there is none to give"),
        "incomplete": (FailureKind.BAD_OUTPUT, "it stopped before the clip was whole"),
        "budget_exceeded": (FailureKind.NO_CREDIT, "the budget of this project or key is spent"),
    }
)
"""States after which no clip comes, and what they mean where no error code says more."""

_KINDS: Mapping[str, FailureKind] = MappingProxyType(
    {
        **dict.fromkeys(("invalid_request", "parameter_unknown", "out_of_range"), FailureKind.INVALID_REQUEST),
        **dict.fromkeys(("authentication", "permission_denied"), FailureKind.AUTH),
        "failed_precondition": FailureKind.NO_CREDIT,  # billing is off, or this country has no free tier
        "payment_required": FailureKind.NO_CREDIT,
        "model_not_found": FailureKind.MODEL_GONE,
        **dict.fromkeys(("rate_limit_exceeded", "too_many_requests", "quota_exceeded"), FailureKind.RATE_LIMITED),
        # of words, frames or result: Google does not say which
        **dict.fromkeys(("safety", "prohibited_content", "content_blocked"), FailureKind.MODERATION_INPUT),
        **dict.fromkeys(("blocklist", "spii", "recitation", "language"), FailureKind.MODERATION_INPUT),
        **dict.fromkeys(("image_safety", "image_prohibited_content"), FailureKind.MODERATION_OUTPUT),
        **dict.fromkeys(("image_recitation", "image_other"), FailureKind.MODERATION_OUTPUT),
    }
)
"""Google's list of error codes of the Interactions API."""

_WORDS: Mapping[str, FailureKind] = MappingProxyType(
    {
        "may not exist": FailureKind.EXPIRED,  # 403 of a file that is gone
        "invalid interaction name": FailureKind.EXPIRED,  # 400 of an interaction that is gone
        "api key not valid": FailureKind.AUTH,  # 400 of Google's front end
    }
)
"""Where only the words say what an error is."""

_NO_CLIP = (
    "it finished without a clip, as it does when it refuses; where frames were sent, look whether they show a minor, "
    "which it does not take from the EEA, Switzerland and the United Kingdom, or a person who can be recognized"
)


_GONE_OR_NOT_OURS = (FailureKind.EXPIRED, FailureKind.AUTH)
"""Google says the same of a file that is gone and of one that the key may not see."""


class _Error(BaseModel):
    code: str | int | None = None
    message: str | None = None
    status: str | None = None

    @property
    def kind(self) -> FailureKind | None:
        """By its code, which may be written as a URI, or by the older `status`."""
        words = (self.message or "").lower()
        said = next((kind for each, kind in _WORDS.items() if each in words), None)
        return said or _KINDS.get(_last_part(self.code)) or _KINDS.get(_last_part(self.status))


class _Refusal(BaseModel):
    error: _Error


class _Content(BaseModel):
    type: str = ""
    text: str | None = None
    uri: str | None = None
    data: str | None = Field(default=None, repr=False)


class _Step(BaseModel):
    type: str = ""
    content: object = Field(default=None, repr=False)
    error: _Error | None = None


class _Interaction(BaseModel):
    id: str
    status: str
    steps: Sequence[_Step] | None = None
    errors: Sequence[_Error] | None = None

    def output(self, kind: str) -> Iterator[_Content]:
        """What the model made of one kind, the last first."""
        for step in reversed(self.steps or ()):
            if step.type == "model_output" and isinstance(step.content, list):
                found = [read(_Content, each) for each in reversed(step.content)]
                yield from (each for each in found if each is not None and each.type == kind)

    def failures(self) -> Iterator[_Error]:
        """What went wrong, of the whole and of its steps."""
        yield from self.errors or ()
        yield from (step.error for step in self.steps or () if step.error)


class _File(BaseModel):
    name: str
    state: str


def _coded(picture: Picture) -> Mapping[str, str]:
    return {"type": "image", "data": picture.base64, "mime_type": picture.media_type}


def _task(request: Generation) -> str:
    """What Google calls a request of this kind; frames and reference pictures never come together."""
    if request.references:
        return "reference_to_video"
    return "text_to_video" if request.boundary_in is None else "image_to_video"


class GeminiOmni(HostedProvider):
    """Gemini Omni Flash, with a key of Google AI Studio."""

    service = Service(
        name="gemini_omni",
        base_url="https://generativelanguage.googleapis.com/v1beta",
        key_header="x-goog-api-key",
        authorization="{}",
        cancelling=Cancelling.ANY,
        link_wants_key=True,
        picture_bytes=7 << 20,
        reference_bytes=2 << 20,
        reply_bytes=64 << 20,  # a clip may come inside the reply, and so may the frames that were sent
        poll_s=10.0,
        generation_s=1800.0,
        result_kept_s=48 * 3600,
        options={"ending": "words after every prompt; without this option they ask for one shot without cuts"},
        notes=(
            "Google keeps words, frames and clips for 55 days",
            "every prompt ends with a request for one shot without cuts, unless options.ending says otherwise",
            "1080p and 4k are enlarged",
        ),
    )
    models = (
        Model(
            name="gemini-omni-1.2-flash",
            capabilities=(
                Capability(
                    modes=frozenset({Mode.TEXT, Mode.FIRST}),
                    lengths=Lengths.every(1, low=3, high=15),
                    sizes=_SIZES,
                    rates=(_RATE,),
                ),
                Capability(
                    modes=frozenset({Mode.FIRST_LAST}),
                    lengths=Lengths.every(1, low=3, high=10),
                    sizes=_SIZES,
                    rates=(_RATE,),
                ),
                Capability(
                    modes=frozenset({Mode.TEXT}),
                    lengths=Lengths.every(1, low=3, high=15),
                    sizes=_SIZES,
                    rates=(_RATE,),
                    references=6,
                ),
            ),
            audio=Audio.ALWAYS,
            seed=True,
        ),
        Model(
            name="gemini-omni-1.1-flash",
            capabilities=(
                Capability(
                    modes=frozenset({Mode.TEXT, Mode.FIRST, Mode.FIRST_LAST}),
                    lengths=Lengths.every(1, low=3, high=10),
                    sizes=_SIZES,
                    rates=(_RATE,),
                ),
            ),
            audio=Audio.ALWAYS,
            seed=True,
        ),
    )

    # --- what is sent -------------------------------------------------------------------------------------------------

    def order(self, request: Generation) -> Call:
        """`POST /interactions`."""
        if request.boundary_out is not None and request.boundary_in is None:
            raise ProviderRefused(
                f"{self.name} ends a clip on a given frame only where one is given to begin on, so nothing was sent",
                where=request.shot,
                next_step="run it with --conditioning none",
            )
        frames = [
            *(self._frame(png) for png in (request.boundary_in, request.boundary_out) if png is not None),
            *map(_coded, self.references(request)),
        ]
        words = self._words(request)
        lines = min(request.size)
        step = {"type": "user_input", "content": [*frames, {"type": "text", "text": words}]}
        body: Mapping[str, object] = {
            "model": request.model,
            "background": True,
            "input": [step] if frames else words,
            "response_format": {
                "type": "video",
                "delivery": "uri",
                "aspect_ratio": nearest_shape(request.size, shapes=_SHAPES),
                "resolution": _TIERS.get(lines, f"{lines}p"),
                "duration": f"{number(request.length_s)}s",
            },
            "generation_config": {
                "seed": request.seed % _SEEDS,
                "video_config": {"task": _task(request)},
            },
        }
        return Call(path="/interactions", json=body)

    def _words(self, request: Generation) -> str:
        """The prompt, after what each frame is for and before what holds for every clip."""
        tagged = ((_FIRST, request.boundary_in), (_LAST, request.boundary_out))
        tags = [tag for tag, png in tagged if png is not None and tag not in request.prompt]
        shown = who_is_shown((each.name for each in request.references), tag=_SUBJECT, first=0)
        lines = (shown, " ".join([*tags, request.prompt]).strip(), self.option("ending", _ENDING))
        return "\n".join(line for line in lines if line)

    def _frame(self, png: bytes) -> Mapping[str, str]:
        return _coded(self.picture(png))

    def question(self, submission: Submission) -> Call:
        """`GET /interactions/{id}`; once a clip has been named, `GET /files/{name}`.

        Asked again, a finished interaction may hold the clip itself instead of its link, so the first link is kept.
        """
        file = self._file_in(submission.urls.get("clip", ""))
        return Call(method="GET", path=file or f"/interactions/{self.quoted(submission)}")

    def stop(self, submission: Submission) -> Call:
        """`POST /interactions/{id}/cancel`."""
        return Call(path=f"/interactions/{self.quoted(submission)}/cancel")

    def probe(self) -> Call:
        """The list of models, of which one is enough."""
        return Call(method="GET", path="/models?pageSize=1")

    # --- what is answered ---------------------------------------------------------------------------------------------

    def accepted(self, content: object) -> Submission | None:
        """The interaction's id."""
        job = read(_Interaction, content)
        return Submission(remote_id=job.id) if job else None

    def standing(self, content: object) -> RemoteStatus | None:
        """An interaction's state, or that of the file that holds its clip."""
        file = read(_File, content)
        if file is not None:
            return self._put_away(file)
        job = read(_Interaction, content)
        if job is None:
            return None
        if job.status == "completed":
            return self._finished(job)
        if job.status == "cancelled":
            return RemoteStatus(state=RemoteState.CANCELLED, message="it was cancelled", billing=self.billing)
        if job.status in _ENDS:
            return self._ended(job)
        message = "" if job.status in _RUNNING else f"Google calls it {job.status!r}"
        return RemoteStatus(state=RemoteState.RUNNING, message=message)

    def _ended(self, job: _Interaction) -> RemoteStatus:
        kind, why = _ENDS[job.status]
        error = next(job.failures(), _Error())
        said = error.message or error.code
        return self.failed(error.kind or kind, f"{why}: {said}" if said else why)

    def _finished(self, job: _Interaction) -> RemoteStatus:
        for video in job.output("video"):
            link = video.uri or (f"{self.base_url}/interactions/{job.id}" if video.data else "")
            if link:
                return RemoteStatus(state=RemoteState.READY, urls={"clip": link})
        said = " ".join(each.text for each in job.output("text") if each.text)
        return self.failed(FailureKind.BAD_OUTPUT, f"{_NO_CLIP}; it says: {said[:300]}" if said else _NO_CLIP)

    def _put_away(self, file: _File) -> RemoteStatus:
        if file.state == "FAILED":
            return self.failed(FailureKind.BAD_OUTPUT, "Google could not put the finished clip away")
        if file.state != "ACTIVE":
            return RemoteStatus(state=RemoteState.RUNNING, message="Google is putting the clip away")
        return RemoteStatus(state=RemoteState.READY, urls={"clip": f"{self.base_url}/{file.name}"})

    async def poll(self, submission: Submission) -> RemoteStatus:
        """Where the job stands. A file that is not to be had may be gone while the interaction still holds the clip.

        Google says the same of a file that is gone and of one that the key may not see; the interaction tells them
        apart.
        """
        try:
            return await super().poll(submission)
        except ProviderRefused as error:
            if error.kind not in _GONE_OR_NOT_OURS or not submission.urls.get("clip"):
                raise
            bare = {name: url for name, url in submission.urls.items() if name != "clip"}
            status = await super().poll(replace(submission, urls=bare))
            if status.state is RemoteState.READY and status.urls["clip"] != submission.urls["clip"]:
                return status
            raise ProviderRefused(f"{self.name} no longer has the clip", kind=FailureKind.EXPIRED) from error

    def stopped(self, reply: Reply) -> bool:
        """What was finished before it could be stopped is answered as it stands."""
        job = read(_Interaction, reply.json())
        return job is None or job.status != "completed"

    def trouble_in(self, content: object) -> Trouble | None:
        """Google's own code; its front end wraps an error into a list."""
        found = read(_Refusal, content[0] if isinstance(content, list) and content else content)
        return Trouble(kind=found.error.kind, message=found.error.message or "") if found else None

    # --- the clip -----------------------------------------------------------------------------------------------------

    async def download(self, link: str, part: Path, *, report: Callable[[float], None]) -> None:
        """Fetches a clip: out of the Files API once it is there, or out of the interaction itself."""
        path = self._file_in(link)
        if path:
            try:
                await self._from_file(path, part, report=report)
            except ProviderRefused as error:
                if error.kind not in _GONE_OR_NOT_OURS:
                    raise
                raise ProviderUnavailable(error.message, kind=FailureKind.EXPIRED) from error  # a poll tells which
        elif link.startswith(f"{self.base_url}/interactions/"):
            await asyncio.to_thread(part.write_bytes, await self._inside(link))
            report(1.0)
        else:
            await super().download(link, part, report=report)

    async def _from_file(self, path: str, part: Path, *, report: Callable[[float], None]) -> None:
        status = self.standing((await self.ask(Call(method="GET", path=path))).json())
        if status is None or status.state is RemoteState.RUNNING:
            raise ProviderUnavailable(f"{self.name} is still putting the clip away", retry_after_s=_FILE_WAITS_S)
        if status.state is not RemoteState.READY:
            raise ProviderRefused(f"{self.name}: {status.message}", kind=status.kind)
        await super().download(f"{self.base_url}{path}:download?alt=media", part, report=report)

    async def _inside(self, link: str) -> bytes:
        job = read(_Interaction, (await self.ask(Call(method="GET", path=link))).json())
        data = next((each.data for each in job.output("video") if each.data), "") if job else ""
        if not data:
            raise ProviderUnavailable(f"{self.name} holds no clip in this job now", kind=FailureKind.EXPIRED)
        try:
            return base64.b64decode(data, validate=True)
        except binascii.Error as error:
            raise ProviderRefused(f"{self.name} gave a clip that is no base64", kind=FailureKind.BAD_OUTPUT) from error

    def _file_in(self, link: str) -> str:
        """The path of the file that a link leads to; empty where it is none of the API's own."""
        found = _FILE.search(link) if host_of(link) == host_of(self.base_url) else None
        return f"/files/{found[1]}" if found else ""


def _last_part(code: str | int | None) -> str:
    return str(code or "").rpartition("/")[2].lower()
