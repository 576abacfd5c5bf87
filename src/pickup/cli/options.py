"""Options that mean the same in every command, and the settings that they make."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from pickup.errors import ConfigError

if TYPE_CHECKING:  # settings load pydantic, which `pickup --help` does not need
    from pickup.config import Config
    from pickup.fill.prepared import FillOptions

P = ParamSpec("P")
R = TypeVar("R")
Decorator = Callable[[Callable[P, R]], Callable[P, R]]

_WRITTEN = ("otio", "resolve", "premiere", "fcp7")

_size_option = click.option("--size", metavar="WxH", help="Picture size of the takes.")
_place_option = click.option(
    "--place", type=click.Choice(["replace", "track"]), help="In place, or all on a new top track."
)


def timeline_argument(function: Callable[P, R]) -> Callable[P, R]:
    """TIMELINE, a file that need not exist yet for click: the reader says better what is wrong with it."""
    return click.argument("timeline", type=click.Path(path_type=Path))(function)


def place_options(function: Callable[P, R]) -> Callable[P, R]:
    """--library, --config, --json, --quiet."""
    for option in (
        click.option("--quiet", "-q", is_flag=True, help="Say only what went wrong."),
        click.option("--json", "in_json", is_flag=True, help="Answer with one JSON document."),
        click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Your own pickup.toml."),
        click.option("--library", metavar="DIR", help="Where takes and new timelines lie."),
    ):
        function = option(function)
    return function


def reading_options(function: Callable[P, R]) -> Callable[P, R]:
    """--map: where media lies."""
    return click.option(
        "--map", "maps", multiple=True, metavar="FROM=TO", help="Media under FROM lies under TO here; may be repeated."
    )(function)


def shape_options(function: Callable[P, R]) -> Callable[P, R]:
    """--size, --place: what a hole's take is to be, before anything is made."""
    return _size_option(_place_option(function))


def flavor_options(function: Callable[P, R]) -> Callable[P, R]:
    """--for, --takes-as: what is written."""
    for option in (
        click.option(
            "--takes-as",
            type=click.Choice(["references", "tracks"]),
            help="Other takes beside the circled one, or on disabled tracks above, too.",
        ),
        click.option(
            "--for",
            "flavors",
            metavar="LIST",
            help="What to write: resolve, premiere, fcp7, otio (default: the first three).",
        ),
    ):
        function = option(function)
    return function


def making_options(function: Callable[P, R]) -> Callable[P, R]:
    """What takes are to be like."""
    for option in (
        click.option(
            "--extend-neighbours",
            is_flag=True,
            help="Propose what unused media of the shots beside a hole would cover, instead of buying it.",
        ),
        click.option(
            "--send-frames/--no-send-frames",
            default=None,
            help="Send frames beside a hole, and reference pictures, to a provider that asks first; or none.",
        ),
        click.option(
            "--conditioning",
            type=click.Choice(["auto", "both", "first", "none"]),
            help="Which frames a take is made from.",
        ),
        click.option("--unbriefed", is_flag=True, help="Let paid providers fill holes that nobody briefed, too."),
        click.option("--refresh", multiple=True, metavar="SHOT", help="Make a new take of SHOT; may be repeated."),
        click.option("--burn-in/--no-burn-in", default=None, help="Write shot, timecode and PREVIS into previs takes."),
        _place_option,
        click.option("--handles", type=int, metavar="N", help="Frames wished beyond the cut on each side."),
        click.option("--codec", metavar="NAME", help="auto, prores_hq, prores, prores_lt, dnxhr_hq or h264."),
        _size_option,
        click.option("--style", metavar="NAME", help="documentary, cinematic, commercial, experimental, or your own."),
        click.option("--fit", is_flag=True, help="Make as much as the budget pays."),
        click.option("--budget", metavar="USD", help="Spend at most this."),
        click.option("--takes", type=int, metavar="N", help="Takes of each shot."),
        click.option("--provider", metavar="NAME[:MODEL]", help="What generates the footage."),
    ):
        function = option(function)
    return function


def options_of(flags: dict[str, object]) -> FillOptions:
    """What a run is asked for beside its settings; taken out of the flags."""
    from pickup.fill.prepared import FillOptions  # noqa: PLC0415 - see above

    refresh, send_frames = flags.pop("refresh"), flags.pop("send_frames")
    return FillOptions(
        refresh=tuple(refresh) if isinstance(refresh, tuple) else (),
        fit=bool(flags.pop("fit")),
        unbriefed=bool(flags.pop("unbriefed")),
        send_frames=send_frames if isinstance(send_frames, bool) else None,
        no_frames=send_frames is False,
        extend_neighbours=bool(flags.pop("extend_neighbours")),
    )


def load_settings(
    *, timeline: Path | None, config: Path | None, flags: dict[str, object], maps: tuple[str, ...] = ()
) -> Config:
    """The settings of this run: flags over environment over files.

    Raises:
        ConfigError: A setting is wrong; it says where and how to set it.
    """
    from pickup.config import load_config  # noqa: PLC0415 - see above

    given = {key: value for key, value in flags.items() if value is not None}
    if maps:
        given["map"] = list(maps)
    return load_config(timeline=timeline, flags=given, environment=os.environ, config_file=config)


def check_flavors(config: Config) -> None:
    """Refuses flavors that no dialect writes yet.

    Raises:
        ConfigError: It names them.
    """
    unknown = [each for each in config.flavors if each not in _WRITTEN]
    if unknown:
        raise ConfigError(
            f"{', '.join(unknown)} cannot be written yet",
            where="for",
            next_step=f"use one or more of: {', '.join(_WRITTEN)}",
        )
