"""The servers that speak `/v1/videos`, as data: what each asks for, understands and answers.

The figures are those of public documents and sources as of 2026-11-22.

PROFILES["vllm-omni"]
replace(PROFILES["openai"], words={State.QUEUED: "submitted"})         another dialect, for a test
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from pickup.testing.fakes.orders import State
from pickup.testing.fakes.wire import JSON_TYPE, MULTIPART_TYPE

SMALL = frozenset({"1280x720", "720x1280"})
ALL_SIZES = SMALL | {"1792x1024", "1024x1792", "1920x1080", "1080x1920"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How one server differs from the others.

    Attributes:
        model: The default one.
        encodings: Content types of a create.
        wrong_encoding: The status for another.
        bare_paths: `/v1` may be left out of paths.
        id_form: With `{hex}` for 32 hexadecimal digits.
        packs_ids: Ids carry the provider and the model, as base64.
        seconds: The words allowed for a length; empty for any positive number.
        strict_seconds: A number instead of a text is refused.
        whole_range: The least and the most whole seconds, instead of `seconds`.
        sizes: By the model's name, `""` for any other; empty for any size.
        images: How a first frame may be given; the names are those of `pictures.FINDERS`.
        image_must_match: The picture has the size of the video.
        counts_frames: `num_frames`, `fps`, `width` and `height` are understood.
        one_frame_by_default: Without a length the clip has one frame.
        needs_model: A create without a model is refused.
        ignores: Fields that are dropped in silence.
        retired: Models that have ended.
        words: The status words that differ from OpenAI's.
        seconds_as: How replies say the length.
        created_unit: 1000 for milliseconds.
        omits: Fields that replies leave out.
        adds: Fields that replies have besides.
        result: Where a reply has the link to the video; None where only `/content` has the video.
        has_content: There is `/content`.
        error_as: How a failed job says why.
        early_content: The status of `/content` before the end.
        poll_after_ms: The header `openai-poll-after-ms`; None sends none.
        lists: `cursors`, `plain` or `none`.
        deletes: What DELETE answers: `object`, `video` or `none`.
        auth: The scheme of the key.
        other_key_header: A header that may carry the key instead.
        lives_s: Seconds after the end until the video is gone.
        link_s: Seconds that a signed link lives.
        replays: `Idempotency-Key` gives the first job again.
        cancels: There is `/cancel`.
        bills_failures: A failed or cancelled job costs as much as a good one.
        list_needs_provider: A list must name the provider.
    """

    name: str
    model: str
    encodings: frozenset[str] = frozenset({JSON_TYPE, MULTIPART_TYPE})
    wrong_encoding: int = 415
    bare_paths: bool = False
    id_form: str = "video_{hex}"
    packs_ids: bool = False
    seconds: frozenset[str] = frozenset()
    strict_seconds: bool = False
    whole_range: tuple[int, int] | None = None
    sizes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    default_seconds: str = "4"
    default_size: str = "1280x720"
    fps: int = 24
    images: tuple[str, ...] = ("file", "object")
    image_must_match: bool = False
    counts_frames: bool = False
    one_frame_by_default: bool = False
    needs_model: bool = False
    ignores: frozenset[str] = frozenset()
    retired: frozenset[str] = frozenset()
    words: Mapping[State, str] = field(default_factory=dict)
    seconds_as: str = "text"
    created_unit: int = 1
    create_status: int = 200
    omits: frozenset[str] = frozenset()
    adds: Mapping[str, object] = field(default_factory=dict)
    result: str | None = None
    has_content: bool = True
    error_as: str = "object"
    early_content: int = 404
    poll_after_ms: int | None = None
    lists: str = "cursors"
    deletes: str = "object"
    auth: str = "Bearer"
    other_key_header: str | None = None
    lives_s: float = 86_400.0
    link_s: float = 3_600.0
    replays: bool = False
    cancels: bool = False
    bills_failures: bool = True
    list_needs_provider: bool = False


OPENAI = Profile(
    name="openai",
    model="sora-2",
    seconds=frozenset({"4", "8", "12", "16", "20"}),
    strict_seconds=True,
    sizes=MappingProxyType({"sora-2": SMALL, "sora-2-2025-10-06": SMALL, "sora-2-2025-12-08": SMALL, "": ALL_SIZES}),
    default_size="720x1280",
    fps=30,
    image_must_match=True,
    poll_after_ms=1000,
)
LITELLM = Profile(
    name="litellm",
    model="veo-3.1-fast",
    bare_paths=True,
    packs_ids=True,
    other_key_header="x-litellm-api-key",
    list_needs_provider=True,
)
VLLM_OMNI = Profile(
    name="vllm-omni",
    model="Wan-AI/Wan2.2-TI2V-5B-Diffusers",
    encodings=frozenset({MULTIPART_TYPE}),
    wrong_encoding=422,
    id_form="video_gen_{hex}",
    default_size="1280x704",
    images=("file", "json_text"),
    counts_frames=True,
    one_frame_by_default=True,
    error_as="int",
    lives_s=3_600.0,
    adds=MappingProxyType({"quality": "default", "media_type": "video/mp4", "peak_memory_mb": 41230}),
)
SGLANG = Profile(
    name="sglang",
    model="Wan-AI/Wan2.2-TI2V-5B-Diffusers",
    default_size="832x480",
    images=("file", "text", "reference_url"),
    counts_frames=True,
    seconds_as="int",
    error_as="message",
    lists="plain",
    deletes="video",
    adds=MappingProxyType({"url": None, "num_outputs": 1, "peak_memory_mb": 41230.0, "inference_time_s": 12.5}),
    omits=frozenset({"expires_at", "remixed_from_video_id", "prompt"}),
)
NEW_API = Profile(
    name="new-api",
    model="minimax/h3",
    id_form="task_{hex}",
    sizes=MappingProxyType({"sora-2": SMALL, "sora-2-pro": ALL_SIZES}),
    images=("file", "text", "image"),
    needs_model=True,
    created_unit=1000,
    result="metadata.url",
    early_content=400,
    lists="none",
    deletes="none",
    omits=frozenset({"prompt", "remixed_from_video_id"}),
)
INWORLD = Profile(
    name="inworld",
    model="alibaba/wan-3.0",
    encodings=frozenset({JSON_TYPE}),
    whole_range=(2, 30),
    fps=30,
    images=("frame_images",),
    seconds_as="none",
    omits=frozenset({"progress", "prompt", "size", "completed_at", "remixed_from_video_id"}),
    result="output.videos[0].url",
    has_content=False,
    auth="Basic",
    lives_s=604_800.0,
    replays=True,
    cancels=True,
    bills_failures=False,
)

PROFILES: Mapping[str, Profile] = MappingProxyType(
    {each.name: each for each in (OPENAI, LITELLM, VLLM_OMNI, SGLANG, NEW_API, INWORLD)}
)
