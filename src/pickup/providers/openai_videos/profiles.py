"""The servers that speak the OpenAI Videos protocol, and in what each differs. Facts, no behavior.

What is not known of a server is a setting and stands in `Profile.unknown`; nothing is guessed that costs money.

    PROFILES["vllm-omni"].encoding        Encoding.FORM
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from pickup.cut import Size
from pickup.hosted import UNKNOWN_RATES
from pickup.offers import Audio, Cancelling, Idempotency, Lengths, Mode
from pickup.timing import FrameRate


class Encoding(StrEnum):
    """How a request is written: `AUTO` is JSON, and a form where a file goes with it."""

    JSON = "json"
    FORM = "form"
    AUTO = "auto"


class ImageForm(StrEnum):
    """How a picture goes with a request.

    `FILE`: as a file of a form. `OBJECT`: `{"image_url": data}`. `TEXT`: a data URI. `FRAMES`: a list of pictures that
    say which frame they are.
    """

    FILE = "file"
    OBJECT = "object"
    TEXT = "text"
    FRAMES = "frames"


class Authorization(StrEnum):
    """How a key is sent."""

    BEARER = "Bearer {}"
    BASIC = "Basic {}"


FIELDS: Mapping[str, str] = MappingProxyType(
    {"prompt": "prompt", "model": "model", "seconds": "seconds", "size": "size"}
)
"""What every server calls a part of a request, unless its profile says otherwise. The names on the left are those of
`fields` in a provider's settings; further ones are first_frame, last_frame, seed, negative, fps, frames and audio."""

LANDSCAPE_AND_PORTRAIT: tuple[Size, ...] = ((1280, 720), (720, 1280))


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One kind of server.

    Attributes:
        base_url: Where it is, unless the settings say; empty where only they can.
        fields: What it calls a part of a request; a part that is not here is not sent.
        seconds_as_number: The length is a number; otherwise a text of digits.
        lists: It lists its jobs; that a job is not there proves nothing.
        cancel: Method and path with which a job is stopped.
        links: It names the clip by a link; otherwise the clip is its `/content`.
        unknown: Parts of a request whose names nobody has seen -> what they may be; the settings must name them.
    """

    name: str
    fields: Mapping[str, str]
    base_url: str = ""
    encoding: Encoding = Encoding.AUTO
    image: ImageForm = ImageForm.FILE
    authorization: Authorization = Authorization.BEARER
    needs_key: bool = False
    seconds_as_number: bool = False
    lengths: Lengths = field(default_factory=lambda: Lengths.of(4, 8, 12))
    sizes: tuple[Size, ...] = LANDSCAPE_AND_PORTRAIT
    sizes_of: Mapping[str, tuple[Size, ...]] = field(default_factory=dict)
    rates: tuple[FrameRate, ...] = ()
    rate_is_chosen: bool = False
    modes: frozenset[Mode] = frozenset({Mode.TEXT, Mode.FIRST})
    models: tuple[str, ...] = ()
    audio: Audio = Audio.UNKNOWN
    idempotency: Idempotency = Idempotency.NONE
    cancelling: Cancelling = Cancelling.NONE
    cancel: tuple[str, str] = ("", "")
    lists: bool = True
    links: bool = False
    bills_failures: bool | None = None
    prompt_chars: int | None = 32_000
    result_kept_s: int | None = None
    notes: tuple[str, ...] = ()
    unknown: Mapping[str, str] = field(default_factory=dict)


_LOCAL_RATES = (FrameRate.parse("24"),)
_WITH_SEED = {**FIELDS, "seed": "seed", "negative": "negative_prompt", "fps": "fps"}
_STOPS_BY_DELETE = ("DELETE", "{job}")

_SORA_SMALL = LANDSCAPE_AND_PORTRAIT
_SORA_LARGE: tuple[Size, ...] = (*_SORA_SMALL, (1792, 1024), (1024, 1792), (1920, 1080), (1080, 1920))

PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        each.name: each
        for each in (
            Profile(
                name="openai",
                base_url="https://api.openai.com/v1",
                fields={**FIELDS, "first_frame": "input_reference"},
                needs_key=True,
                sizes_of={"sora-2-pro": _SORA_LARGE},
                rates=UNKNOWN_RATES,
                models=("sora-2", "sora-2-pro"),
                audio=Audio.ALWAYS,
                result_kept_s=3600,
                notes=("faces of real people in a first frame were refused",),
            ),
            Profile(
                name="litellm",
                fields={**FIELDS, "first_frame": "input_reference"},
                rates=UNKNOWN_RATES,
                lists=False,  # only by naming the back end, which settings here do not know
                notes=("a proxy may drop what its back end does not know: every clip is probed",),
            ),
            Profile(
                name="vllm-omni",
                fields={**_WITH_SEED, "first_frame": "input_reference", "frames": "num_frames"},
                encoding=Encoding.FORM,
                lengths=Lengths.every(1, low=1, high=5),
                rates=_LOCAL_RATES,
                rate_is_chosen=True,
                audio=Audio.NONE,
                cancelling=Cancelling.ANY,
                cancel=_STOPS_BY_DELETE,
                notes=("jobs are lost when the server is started again",),
            ),
            Profile(
                name="sglang",
                fields={**_WITH_SEED, "first_frame": "input_reference", "frames": "num_frames"},
                seconds_as_number=True,
                lengths=Lengths.every(1, low=1, high=5),
                rates=_LOCAL_RATES,
                rate_is_chosen=True,
                audio=Audio.NONE,
                cancelling=Cancelling.ANY,
                cancel=_STOPS_BY_DELETE,
                notes=("jobs are lost when the server is started again",),
            ),
            Profile(
                name="new-api",
                fields={**FIELDS, "first_frame": "input_reference"},
                encoding=Encoding.JSON,
                image=ImageForm.TEXT,
                rates=UNKNOWN_RATES,
                lists=False,
                notes=("some gateways of this kind drop the first frame: compare the first picture of a take",),
            ),
            Profile(
                name="inworld",
                base_url="https://api.inworld.ai/v1",
                fields={**FIELDS, "seconds": "", "size": ""},
                encoding=Encoding.JSON,
                image=ImageForm.FRAMES,
                authorization=Authorization.BASIC,
                needs_key=True,
                seconds_as_number=True,
                lengths=Lengths.every(1, low=2, high=30),
                sizes=(*LANDSCAPE_AND_PORTRAIT, (1920, 1080), (1080, 1920)),
                rates=UNKNOWN_RATES,
                modes=frozenset({Mode.TEXT}),
                audio=Audio.ALWAYS,
                idempotency=Idempotency.REPLAY,
                cancelling=Cancelling.QUEUED,
                cancel=("POST", "{job}/cancel"),
                links=True,
                bills_failures=False,
                result_kept_s=7 * 86_400,
                notes=("it takes pictures only from public addresses, so takes are made from words",),
                unknown={"seconds": "duration", "size": "resolution+aspect_ratio"},
            ),
        )
    }
)
"""Every profile by name."""
