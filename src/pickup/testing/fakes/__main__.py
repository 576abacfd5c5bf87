"""The fake servers by hand: `python -m pickup.testing.fakes openai --port 8091 --fault "create 2: accept, drop"`.

It prints its URL, a block for the user's pickup.toml, and a line for each request and each charge, until Ctrl-C.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from functools import partial
from threading import Event
from typing import Any

import click

from pickup.testing.fakes import (
    HOSTED,
    PROFILES,
    FakeComfyUI,
    FakeHosted,
    FakeOpenAI,
    FakeServer,
    Fault,
    Limits,
    Pace,
    RealClock,
    Setup,
)

KEY_VARIABLE = "PICKUP_FAKE_KEY"
_LOOK_S = 0.2


def _read_faults(_context: click.Context, _option: click.Parameter, lines: tuple[str, ...]) -> tuple[Fault, ...]:
    try:
        return tuple(Fault.parse(line) for line in lines)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _read_price(_context: click.Context, _option: click.Parameter, text: str) -> Decimal:
    try:
        price = Decimal(text)
    except InvalidOperation:
        price = Decimal(-1)
    if not (price.is_finite() and price >= 0):
        raise click.BadParameter(f"{text!r} is no price: write 0.10")
    return price


def _common(command: Callable[..., None], *, price: str) -> Callable[..., None]:
    """The options of every fake."""
    options = (
        click.option("--port", default=0, type=click.IntRange(0, 65535), help="0 takes any that is free."),
        click.option(
            "--latency-s", default=3.0, type=click.FloatRange(0), help="How long a job takes.", show_default=True
        ),
        click.option("--polls", default=0, type=click.IntRange(0), help="Polls that say it is not over, besides."),
        click.option(
            "--fault", "faults", multiple=True, callback=_read_faults, help='As "create 2: accept, drop"; repeatable.'
        ),
        click.option("--key", help="Ask for this key in every call."),
        click.option("--price-per-second", default=price, callback=_read_price, help="USD.", show_default=True),
        click.option("--in-flight", type=click.IntRange(1), help="More jobs at a time are refused with 429."),
        click.option("--per-minute", type=click.IntRange(1), help="More creates a minute are refused with 429."),
        click.option("--tiny", is_flag=True, help="A few bytes instead of real videos."),
        click.option("--color-from-frame", is_flag=True, help="A clip has the mean color of its first frame."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Fake servers on 127.0.0.1 for trying Pickup without a key or a price.

    Faults are described in pickup.testing.fakes.faults.
    """


@main.command("openai")
@click.option("--profile", default="openai", type=click.Choice(list(PROFILES)), show_default=True)
@click.option("--retired", multiple=True, metavar="MODEL", help="This model has ended; repeatable.")
@partial(_common, price="0.10")
def openai_command(*, profile: str, retired: tuple[str, ...], faults: tuple[Fault, ...], **options: Any) -> None:  # noqa: ANN401 - click's
    """The videos API, as one of the servers that speak it."""
    chosen = replace(PROFILES[profile], retired=frozenset(retired))
    _serve(FakeOpenAI(profile=chosen, faults=faults, setup=_setup(**options)), profile=profile, model=chosen.model)


@main.command("comfyui")
@partial(_common, price="0")
def comfyui_command(*, faults: tuple[Fault, ...], **options: Any) -> None:  # noqa: ANN401 - click's
    """A local ComfyUI, without its web socket."""
    _serve(FakeComfyUI(faults=faults, setup=_setup(**options)), profile=None, model="wan2.2")


def _hosted_command(fake: type[FakeHosted]) -> click.Command:
    """The command of a hosted service."""

    def serve(*, faults: tuple[Fault, ...], **options: Any) -> None:  # noqa: ANN401 - click's
        _serve(fake(faults=faults, setup=_setup(**options)), profile=None, model=fake.model)

    serve.__doc__ = (fake.__doc__ or "").partition("\n")[0]
    return click.command(fake.kind)(_common(serve, price="0.10"))


for _fake in HOSTED.values():
    main.add_command(_hosted_command(_fake))


def _setup(  # noqa: PLR0913 - the options of the command line
    *,
    port: int,
    latency_s: float,
    polls: int,
    key: str | None,
    price_per_second: Decimal,
    in_flight: int | None,
    per_minute: int | None,
    tiny: bool,
    color_from_frame: bool,
) -> Setup:
    return Setup(
        clock=RealClock(),
        pace=Pace(latency_s=latency_s, polls=polls),
        limits=Limits(in_flight=in_flight, per_minute=per_minute),
        key=key,
        price_per_second=price_per_second,
        content="tiny" if tiny else "clips",
        color_from_frame=color_from_frame,
        port=port,
        tell=click.echo,
    )


def _serve(fake: FakeServer, *, profile: str | None, model: str) -> None:
    """Runs until Ctrl-C or SIGTERM, then says what happened."""
    ended = Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda _number, _frame: ended.set())
    try:
        fake.start()
    except OSError as error:
        raise click.ClickException(f"port {fake.setup.port} cannot be used: {error.strerror}") from None
    try:
        click.echo(f"listening on {fake.base_url}\n\n{settings_block(fake, profile=profile, model=model)}")
        click.echo("Put this into your own pickup.toml, then: pickup fill reel1.otio --provider fake --budget 5\n")
        while not ended.wait(_LOOK_S):  # on Windows a wait without an end would not hear Ctrl-C
            pass
    finally:
        fake.close()
    click.echo(
        f"\naccepted {len(fake.accepted)}, charged {fake.charges} ({fake.charged_usd} USD), fetched {fake.fetched}"
    )


def settings_block(fake: FakeServer, *, profile: str | None, model: str) -> str:
    """`[providers.fake]` for the user's pickup.toml."""
    lines = ["[providers.fake]", f'kind = "{fake.kind}"']
    if profile is not None:
        lines.append(f'profile = "{profile}"')
    lines.append(f'base_url = "{fake.base_url}"')
    if not (isinstance(fake, FakeHosted) and fake.has_catalogue):  # which names models and prices itself
        lines += [f'model = "{model}"', f'price_per_second = "{fake.setup.price_per_second}"']
    if isinstance(fake, FakeHosted) and fake.options:
        options = ", ".join(f"{name} = {json.dumps(value)}" for name, value in fake.options.items())
        lines.append(f"options = {{ {options} }}")
    if fake.setup.key is not None:
        lines.append(f'api_key_env = "{KEY_VARIABLE}"             # export {KEY_VARIABLE}={fake.setup.key}')
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
