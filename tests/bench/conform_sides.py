"""What is measured of a conform, each a whole process: `python conform_sides.py NAME ARGUMENTS…`.

An order is a pickled `RenderOrder`: what a job hands to its child process.
"""

from __future__ import annotations

import asyncio
import json
import pickle
import resource
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import chain, cycle, islice
from pathlib import Path
from types import MappingProxyType

from av.video.frame import VideoFrame

from pickup.media.conform import RenderOrder

_WATCHED_FRAMES = 120
"""Of a take of five seconds: some checks look at so many frames of a take, however long it is."""
_HELD_FRAMES = 16
"""Decoded frames that lie ready where a part is measured alone; they are shown forwards and backwards in turn."""


def write(order_file: str, cube: str = "") -> None:
    """Pickup decodes, maps, fits and encodes, and does not look at the file again: what `ffmpeg` does."""
    from pickup.media import render as _child  # noqa: F401, PLC0415 - a conform's child loads all of it
    from pickup.media.attempts import written  # noqa: PLC0415
    from pickup.media.footage import Footage  # noqa: PLC0415
    from pickup.ports import Delivery  # noqa: PLC0415

    order = _order(order_file)

    def write_all(footage: Footage, delivery: Delivery) -> None:
        _write_pictures(order, footage, delivery, cube=Path(cube) if cube else None)

    written([Path(each) for each in order.originals], order.delivery, write=write_all)


def pyav(order_file: str, cube: str = "") -> None:
    """A loop in PyAV with the same graph and the same encoder, and nothing else."""
    import av  # noqa: PLC0415

    order = _order(order_file)
    delivery, rate, threads = order.delivery, order.delivery.rate.fps, _threads()
    with (
        av.open(order.originals[0]) as source,
        av.open(order.destination, "w", options={"movie_timescale": str(rate.numerator * 1000)}) as made,
    ):
        made.metadata["timecode"] = "01:00:00:00"
        video = source.streams.video[0]
        video.thread_type, video.codec_context.thread_count = "AUTO", threads
        options = {"profile": "3", "vendor": "apl0", "field_order": "progressive"}
        stream = made.add_stream("prores_aw", rate=rate, options=options)
        stream.width, stream.height, stream.pix_fmt = *delivery.size, "yuv422p10le"
        stream.codec_context.thread_count, stream.codec_context.thread_type = threads, "FRAME"
        graph = av.filter.Graph()
        graph.threads = threads
        steps = [step.partition("=") for step in graph_of(delivery.size, cube=cube)]
        nodes = [graph.add(name, arguments or None) for name, _, arguments in steps]
        graph.link_nodes(graph.add_buffer(template=video), *nodes, graph.add("buffersink"))
        graph.configure()
        for number, frame in enumerate(islice(source.decode(video), delivery.frames)):
            graph.vpush(frame)
            fitted = graph.vpull()
            fitted.pts, fitted.time_base, fitted.pict_type = number, 1 / rate, 0
            made.mux(stream.encode(fitted))
        made.mux(stream.encode(None))


def graph_of(size: tuple[int, int], *, cube: str) -> list[str]:
    """The filters of a conform from 720p, as `pickup.media.fit` has them."""
    scale = f"scale={size[0]}:{size[1]}:flags=lanczos+accurate_rnd+full_chroma_int"
    to_bt709 = "out_color_matrix=bt709:out_range=tv"
    tags = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709:field_mode=prog"
    if not cube:
        return [f"{scale}:{to_bt709}", "format=yuv422p10le", "setsar=1", tags]
    lut = f"lut3d=file={cube}:interp=tetrahedral"
    back = f"scale=flags=accurate_rnd+full_chroma_int:{to_bt709}"
    return [scale, "format=gbrp12le", lut, back, "format=yuv422p10le", "setsar=1", tags]


def whole(order_file: str) -> None:
    """Everything that a conform's child does: color, sound, writing, reading back, inspection, proxy, signature."""
    from pickup.media.render import render  # noqa: PLC0415

    render(_order(order_file), lambda _done: None)


def queue(order_file: str, count: str) -> None:
    """So many conforms at a time, of which so many run as a fill lets run."""
    from pickup.jobs.runner import Limits  # noqa: PLC0415
    from pickup.media.conform import Conformer  # noqa: PLC0415

    order = _order(order_file)
    originals, folder = [Path(each) for each in order.originals], Path(order.destination).parent

    async def all_of_them() -> None:
        gate, conform = asyncio.Semaphore(Limits().conforms), Conformer(signer=order.signer)

        async def one(number: int) -> None:
            destination = folder / f"queued{number}" / order.name
            destination.parent.mkdir(exist_ok=True)
            async with gate:
                await conform(originals, destination, delivery=order.delivery, report=lambda _done: None)
            destination.unlink()

        await asyncio.gather(*(one(number) for number in range(int(count))))

    asyncio.run(all_of_them())


def parts(order_file: str, finished: str) -> None:
    """Each part of the step alone; prints CPU milliseconds as JSON: for a take, a frame or a second of sound.

    Args:
        order_file: Its delivery has a neighbour, a sound and an origin.
        finished: A conformed file of that order.
    """
    order = _order(order_file)
    costs = {**_color(order), **_sound(order), **_reading(order, Path(finished)), **_signing(order, Path(finished))}
    sys.stdout.write(json.dumps(costs))


def _color(order: RenderOrder) -> dict[str, float]:
    from pickup.media.attempts import written  # noqa: PLC0415
    from pickup.media.footage import Footage  # noqa: PLC0415
    from pickup.media.grading import Edges, Graded, grade, table_of  # noqa: PLC0415
    from pickup.media.mapping import Mapping as FrameMapping  # noqa: PLC0415
    from pickup.media.pictures import edges_of  # noqa: PLC0415
    from pickup.ports import Delivery  # noqa: PLC0415

    found: list[Edges] = []
    matched: list[Graded] = []

    def look(footage: Footage, delivery: Delivery) -> None:
        found.append(edges_of(FrameMapping(footage, delivery, policies=set()), delivery))

    def match() -> None:
        graded = grade(found[0], order.delivery, stem=order.delivery.reel)
        if not table_of(graded.change, from_display=None, title=order.delivery.reel):
            raise ValueError(graded.grade.reason)
        matched.append(graded)

    edges_s = _cpu_of(lambda: written([Path(each) for each in order.originals], order.delivery, write=look))
    first_s = _cpu_of(match)
    return {"edges": edges_s * 1000 / order.delivery.frames, "match": min(first_s, _cpu_of(match)) * 1000}


def _sound(order: RenderOrder) -> dict[str, float]:
    from pickup.media.soundtrack import SoundClip, Soundtrack  # noqa: PLC0415

    delivery = order.delivery
    if delivery.sound is None:
        raise ValueError(order)
    lasts_s = delivery.rate.seconds(delivery.frames)
    clip = SoundClip(path=Path(order.originals[0]), picture_s=lasts_s)
    track = Soundtrack(
        [clip],
        frames=delivery.frames,
        rate=delivery.rate,
        channels=delivery.sound.channels,
        speed=Fraction(1),
        loudness=delivery.sound.loudness,
    )
    blocks = track.frames()
    # the first block comes when all of it was measured
    return {
        "sound, measured": _cpu_of(lambda: next(blocks)) * 1000 / float(lasts_s),
        "sound, written": _cpu_of(lambda: deque(blocks, maxlen=0)) * 1000 / float(lasts_s),
    }


def _reading(order: RenderOrder, finished: Path) -> dict[str, float]:
    from pickup._av import Target  # noqa: PLC0415
    from pickup._files import sha256_of  # noqa: PLC0415
    from pickup.media.proof import Proof  # noqa: PLC0415
    from pickup.media.proxy import write_proxy  # noqa: PLC0415
    from pickup.media.qc import Expected, Inspector  # noqa: PLC0415

    delivery = order.delivery
    frames, size, rate = delivery.frames, delivery.size, delivery.rate
    target = Target(rate=rate, size=size, codec=delivery.codec, timecode="01:00:00:00", reel=delivery.reel)
    proof = Proof(finished, target=target, frames=frames)
    read_s = _cpu_of(lambda: deque(proof.frames(report=lambda _done: None), maxlen=0))
    proof.check()
    held = list(islice(Proof(finished, target=target, frames=frames).frames(report=lambda _done: None), _HELD_FRAMES))
    expected = Expected(
        rate=rate,
        size=size,
        frames=_WATCHED_FRAMES,
        cover=(0, _WATCHED_FRAMES),
        before=delivery.beside.before,
        after=None,
        made_from=delivery.beside.made_from,
        joins=(),
        previs=False,
        held=frozenset(),
        padded=False,
    )

    def inspect() -> None:
        inspector = Inspector(expected)
        for number, frame in enumerate(_to_and_fro(held, count=_WATCHED_FRAMES)):
            inspector.see(frame, number)
        inspector.inspection()

    small = finished.with_name("parts.mp4")
    proxy_s = _cpu_of(lambda: write_proxy(small, _to_and_fro(held, count=_WATCHED_FRAMES), rate=rate, size=size))
    inspect_s = _cpu_of(inspect)
    return {
        "read": read_s * 1000 / frames,
        "inspect": inspect_s * 1000 / _WATCHED_FRAMES,
        "proxy": proxy_s * 1000 / _WATCHED_FRAMES,
        "sha256": _cpu_of(lambda: sha256_of(finished)) * 1000 / _megabytes(finished) * 100,
    }


def _signing(order: RenderOrder, finished: Path) -> dict[str, float]:
    from pickup.media.provenance import sign_part  # noqa: PLC0415

    origin, signer = order.delivery.origin, order.signer
    if origin is None or signer is None:
        return {}
    signed = finished.with_name("signed.mov")

    def sign() -> None:
        sign_part(finished, signed, origin=origin, signer=signer, title=order.name)

    sign()  # once, which loads the library
    signing_s = _cpu_of(sign)
    signed.unlink()
    return {"sign": signing_s * 1000 / _megabytes(finished) * 100}


def _megabytes(path: Path) -> float:
    return path.stat().st_size / 1e6


def _to_and_fro(held: list[VideoFrame], *, count: int) -> Iterator[VideoFrame]:
    return islice(cycle(chain(held, held[-2:0:-1])), count)


def _write_pictures(order: RenderOrder, footage: object, delivery: object, *, cube: Path | None) -> None:
    from pickup._av import Target, write_video  # noqa: PLC0415
    from pickup.media.footage import Footage  # noqa: PLC0415
    from pickup.media.mapping import Mapping as FrameMapping  # noqa: PLC0415
    from pickup.media.pictures import Pictures  # noqa: PLC0415
    from pickup.ports import Delivery  # noqa: PLC0415
    from pickup.timing import timecode  # noqa: PLC0415

    if not (isinstance(footage, Footage) and isinstance(delivery, Delivery)):
        raise TypeError(footage)
    start = timecode(delivery.start_frame, rate=delivery.rate, drop_frame=delivery.drop_frame)
    target = Target(rate=delivery.rate, size=delivery.size, codec=delivery.codec, timecode=start, reel=delivery.reel)
    policies: set[str] = set()
    pictures = Pictures(delivery, policies=policies, cube=cube)
    shown = FrameMapping(footage, delivery, policies=policies).frames()
    write_video(Path(order.destination), (pictures.of(each) for each in shown), target=target)


def _order(path: str) -> RenderOrder:
    order = pickle.loads(Path(path).read_bytes())
    if not isinstance(order, RenderOrder):
        raise TypeError(order)
    return order


def _threads() -> int:
    from pickup._av import thread_count  # noqa: PLC0415

    return thread_count()


def _cpu_of(work: Callable[[], object]) -> float:
    before = _cpu_s()
    work()
    return _cpu_s() - before


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


SIDES: Mapping[str, Callable[..., None]] = MappingProxyType(
    {each.__name__: each for each in (write, pyav, whole, queue, parts)}
)

if __name__ == "__main__":
    SIDES[sys.argv[1]](*sys.argv[2:])
