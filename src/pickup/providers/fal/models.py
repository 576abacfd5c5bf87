"""The models at fal, one row each: what it makes, where it is asked, what it calls its inputs. Facts, no behavior.

Where a product has an endpoint for words, one for a frame and one for two, a row is the product. What is in no row is
described by the settings.

    listed("fal-ai/veo3.1/fast").both        "fal-ai/veo3.1/fast/first-last-frame-to-video"
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pickup.config.settings import ProviderSettings
from pickup.hosted import UNKNOWN_RATES, Model, hd_sizes
from pickup.offers import Audio, Capability, Lengths, Mode
from pickup.timing import FrameRate

NUMBER = "number"
_ALL = frozenset({Mode.TEXT, Mode.FIRST, Mode.FIRST_LAST})
_FILM, _PAL = FrameRate.parse("24"), FrameRate.parse("25")
_LTX_RATES = (_FILM, _PAL, FrameRate.parse("48"), FrameRate.parse("50"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Model):
    """A model, where it is asked, and what it calls its inputs; an empty name is an input that it does not have.

    Attributes:
        text: Endpoint for words alone; `image` for a first frame, `both` for a last one too, `pictured` for reference
            pictures instead of frames.
        references: Input of the reference pictures.
        first: Input of the first frame; `first_of_two` where a last one goes along, if it is called otherwise then.
        seconds_as: How a length is written: `{}` is a text of digits, `number` a number.
        tiers: Words for the shorter side of a picture, where they are not `720p` and the like.
        shaped: Modes in which a shape is taken; in the others the clip has that of the frame.
        switches: Whether something is done that nobody asked for, such as writing the words anew.
        unseen: Parts that nobody has seen `pictured` take, so that they are not sent there.
        tag: What the prompt calls a reference picture, `{}` for its number from 1; empty where it calls it nothing.
    """

    text: str
    image: str
    both: str
    pictured: str = ""
    first: str = "image_url"
    first_of_two: str = ""
    last: str = "end_image_url"
    references: str = "image_urls"
    seconds_as: str = "{}"
    resolution: str = "resolution"
    tiers: Mapping[int, str] = field(default_factory=dict)
    shaped: frozenset[Mode] = _ALL
    fps: str = ""
    switches: Mapping[str, bool] = field(default_factory=dict)
    unseen: frozenset[str] = frozenset()
    tag: str = ""

    def endpoint(self, mode: Mode, *, pictured: bool = False) -> str:
        """Where a clip of this mode is asked for, or one from reference pictures."""
        return (
            self.pictured
            if pictured
            else {Mode.TEXT: self.text, Mode.FIRST: self.image, Mode.FIRST_LAST: self.both}[mode]
        )

    def names(self, mode: Mode, *, pictured: bool = False) -> Mapping[str, str]:
        """Parts of a request -> what they are called; the parts are those of `fields` in the settings."""
        names = {
            "prompt": "prompt",
            "seconds": "duration",
            "resolution": self.resolution,
            "aspect_ratio": "aspect_ratio" if mode in self.shaped else "",
            "fps": self.fps,
            "audio": "generate_audio" if self.audio is Audio.OPTIONAL else "",
            "seed": "seed" if self.seed else "",
            "negative": "negative_prompt" if self.negative else "",
            "first_frame": (mode is Mode.FIRST_LAST and self.first_of_two) or self.first,
            "last_frame": self.last,
            "references": self.references,
        }
        return {part: "" if pictured and part in self.unseen else name for part, name in names.items()}


def _veo(name: str, *lines: int, notes: tuple[str, ...] = (), references: int = 3) -> Row:
    capability = Capability(modes=_ALL, lengths=Lengths.of(4, 6, 8), sizes=hd_sizes(*lines), rates=(_FILM,))
    pictured = replace(
        capability,
        modes=frozenset({Mode.TEXT}),
        lengths=Lengths.of(8),
        sizes=hd_sizes(*lines, shapes=("16:9",)),
        references=references,
    )
    return Row(
        name=name,
        text=name,
        image=f"{name}/image-to-video",
        both=f"{name}/first-last-frame-to-video",
        pictured=f"{name}/reference-to-video" if references else "",
        unseen=frozenset({"seed", "negative"}),
        first_of_two="first_frame_url",
        last="last_frame_url",
        seconds_as="{}s",
        tiers={2160: "4k"},
        switches={"auto_fix": False},
        capabilities=(capability, pictured) if references else (capability,),
        audio=Audio.OPTIONAL,
        seed=True,
        negative=True,
        notes=notes,
    )


def _ltx(name: str, *, variant: str = "", longer: tuple[Capability, ...] = ()) -> Row:
    sizes = hd_sizes(1080, 1440, 2160)
    short = Capability(modes=_ALL, lengths=Lengths.of(6, 8, 10), sizes=sizes, rates=_LTX_RATES, rate_is_chosen=True)
    return Row(
        name=name,
        text=f"fal-ai/ltx-2.3/text-to-video{variant}",
        image=f"fal-ai/ltx-2.3/image-to-video{variant}",
        both=f"fal-ai/ltx-2.3/image-to-video{variant}",
        seconds_as=NUMBER,
        fps="fps",
        capabilities=(short, *longer),
        audio=Audio.OPTIONAL,
    )


def _kling(name: str, *, lines: int, first: str, negative: bool = False) -> Row:
    sizes = hd_sizes(lines, shapes=("16:9", "9:16", "1:1"))
    lengths = Lengths.every(1, low=3, high=15)
    return Row(
        name=name,
        text=f"{name}/text-to-video",
        image=f"{name}/image-to-video",
        both=f"{name}/image-to-video",
        first=first,
        resolution="",
        shaped=frozenset({Mode.TEXT}),
        capabilities=(Capability(modes=_ALL, lengths=lengths, sizes=sizes, rates=UNKNOWN_RATES),),
        audio=Audio.OPTIONAL,
        negative=negative,
        prompt_chars=2500,
        notes=("made from a frame, a clip has its shape", "nobody says its rate: set fps once a clip has shown it"),
    )


_LONGER = Capability(
    modes=_ALL, lengths=Lengths.every(2, low=12, high=20), sizes=hd_sizes(1080), rates=(_PAL,), rate_is_chosen=True
)
"""Over 10 s the fast LTX works at 25 fps and 1080p only, the other not at all."""

ROWS: tuple[Row, ...] = (
    _veo("fal-ai/veo3.1/fast", 720, 1080, 2160),
    _veo("fal-ai/veo3.1", 720, 1080, 2160),
    _veo(
        "fal-ai/veo3.1/lite",
        720,
        notes=("its price at 1080p is not known: for that set sizes and price_per_second",),
        references=0,
    ),
    _ltx("fal-ai/ltx-2.3"),
    _ltx("fal-ai/ltx-2.3/fast", variant="/fast", longer=(_LONGER,)),
    _kling("fal-ai/kling-video/v3/pro", lines=1080, first="start_image_url", negative=True),
    _kling("fal-ai/kling-video/o3/standard", lines=720, first="image_url"),
    Row(
        name="bytedance/seedance-2.0",
        text="bytedance/seedance-2.0/text-to-video",
        image="bytedance/seedance-2.0/image-to-video",
        both="bytedance/seedance-2.0/image-to-video",
        pictured="bytedance/seedance-2.0/reference-to-video",
        tag="@Image{}",
        capabilities=(
            Capability(modes=_ALL, lengths=Lengths.every(1, low=4, high=15), sizes=hd_sizes(720), rates=(_FILM,)),
            Capability(
                modes=frozenset({Mode.TEXT}),
                lengths=Lengths.every(1, low=4, high=15),
                sizes=hd_sizes(720),
                rates=(_FILM,),
                references=9,
            ),
        ),
        audio=Audio.OPTIONAL,
        seed=True,
        notes=(
            "billed by tokens: look its price up and set price_per_second",
            "faces of real people in reference pictures may be refused",
        ),
    ),
)
"""Pixel sizes of Kling's and Seedance's tiers follow from their prices; the rest is documented."""


def listed(name: str) -> Row | None:
    """A product by its name or by that of one of its endpoints, under that name; None for what is in no row."""
    for row in ROWS:
        if name in (row.name, row.text, row.image, row.both, row.pictured):
            return replace(row, name=name)
    return None


def described(model: Model, *, settings: ProviderSettings) -> Row:
    """A model that is in no row, whose inputs the settings name."""
    fields = settings.fields
    return Row(
        name=model.name,
        text=model.name,
        image=model.name,
        both=model.name,
        pictured=model.name,
        first="",
        last="",
        references="",
        resolution="",
        shaped=frozenset(),
        seconds_as=settings.options.get("seconds_as", "{}"),
        capabilities=model.capabilities,
        audio=Audio.OPTIONAL if fields.get("audio") else model.audio,
        seed=bool(fields.get("seed")),
        negative=bool(fields.get("negative")),
    )
