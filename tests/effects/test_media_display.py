"""What a boundary frame looks like: color, alpha, bit depth, pixel shape, orientation and fields of made media."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from pickup.errors import MediaError
from pickup.media.color.cube import grid, write_cube
from pickup.media.frames import FrameRequest, grab

WIDTH, HEIGHT = 160, 90
UPPER, LOWER = (200, 100, 50), (10, 20, 30)
LIGHT = 0.5
"""Linear light of which the sRGB curve makes 188."""
Picture = NDArray[np.uint8]


def two_colors() -> Picture:
    picture = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    picture[:60], picture[60:] = UPPER, LOWER
    return picture


def shown(path: Path, *, size: tuple[int, int] | None = None, to_display: str = "") -> NDArray[np.int64]:
    request = FrameRequest(path=str(path), file_seconds=Fraction(0), size=size, to_display=to_display)
    return np.asarray(Image.open(io.BytesIO(grab(request, lambda _done: None)))).astype(np.int64)


def is_near(pixels: NDArray[np.int64], color: tuple[int, ...], *, by: int = 2) -> bool:
    return bool(np.abs(pixels - np.array(color)).max() <= by)


def write_still(
    path: Path, pixels: NDArray[np.uint8 | np.uint16 | np.float32], *, codec: str, given: str, kept: str
) -> None:
    """A still as FFmpeg writes it."""
    with av.open(str(path), "w", format="image2", options={"update": "1"}) as container:
        stream = container.add_stream(codec, rate=24)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, kept
        frame = av.VideoFrame.from_ndarray(pixels, format=given)
        frame = frame if given == kept else frame.reformat(format=kept)
        frame.pts = 0
        container.mux([*stream.encode(frame), *stream.encode(None)])


def write_exr(path: Path, *, light: float = LIGHT, alpha: float | None = None) -> None:
    planes = 3 if alpha is None else 4
    pixels = np.full((HEIGHT, WIDTH, planes), light, np.float32)
    if alpha is not None:
        pixels[..., 3] = alpha
    kept = "gbrpf32le" if alpha is None else "gbrapf32le"
    write_still(path, pixels, codec="exr", given=kept, kept=kept)


def with_attribute(path: Path, name: bytes, kind: bytes, value: bytes) -> None:
    """Puts an attribute into the header of an EXR, and moves its table of lines."""
    content = path.read_bytes()
    added = name + b"\0" + kind + b"\0" + struct.pack("<I", len(value)) + value
    end = 8
    while content[end]:
        for _ in range(2):
            end = content.index(b"\0", end) + 1
        end += 4 + struct.unpack_from("<I", content, end)[0]
    table = end + 1
    first = struct.unpack_from("<Q", content, table)[0]
    lines = (first - table) // 8
    moved = [offset + len(added) for offset in struct.unpack_from(f"<{lines}Q", content, table)]
    header = content[:8] + added + content[8:table]
    path.write_bytes(header + struct.pack(f"<{lines}Q", *moved) + content[first:])


def replaced_byte(path: Path, place: int, value: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] = value
    path.write_bytes(content)


# --- bit depth, gray, CMYK, alpha -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "codec", "kept"),
    [("deep.png", "png", "rgb48be"), ("deep.tif", "tiff", "rgb48le"), ("film.dpx", "dpx", "gbrp10le")],
)
def test_a_deep_still_keeps_its_color(tmp_path: Path, name: str, codec: str, kept: str) -> None:
    write_still(tmp_path / name, two_colors(), codec=codec, given="rgb24", kept=kept)
    picture = shown(tmp_path / name)
    assert is_near(picture[:60], UPPER)
    assert is_near(picture[60:], LOWER)


@pytest.mark.parametrize("name", ["deep.png", "deep.tif"])
def test_a_gray_still_of_16_bits_is_as_bright_as_it_says(tmp_path: Path, name: str) -> None:
    Image.fromarray(np.full((HEIGHT, WIDTH), 150 * 257, np.uint16)).save(tmp_path / name)
    assert is_near(shown(tmp_path / name), (150, 150, 150), by=1)


@pytest.mark.parametrize("name", ["gray.png", "gray.jpg", "gray.tif"])
def test_gray_stays_gray(tmp_path: Path, name: str) -> None:
    Image.fromarray(np.full((HEIGHT, WIDTH), 201, np.uint8)).save(tmp_path / name)
    assert is_near(shown(tmp_path / name), (201, 201, 201))


@pytest.mark.parametrize("name", ["print.jpg", "print.tif"])
def test_cmyk_becomes_rgb(tmp_path: Path, name: str) -> None:
    Image.fromarray(two_colors()).convert("CMYK").save(tmp_path / name, quality=95)
    picture = shown(tmp_path / name)
    assert is_near(picture[5:50], UPPER, by=4)
    assert is_near(picture[75:], LOWER, by=4)


@pytest.mark.parametrize("name", ["logo.png", "logo.webp", "logo.tif"])
def test_what_is_transparent_lies_over_black(tmp_path: Path, name: str) -> None:
    alpha = np.full((HEIGHT, WIDTH, 1), 128, np.uint8)
    alpha[60:] = 0
    Image.fromarray(np.concatenate([two_colors(), alpha], axis=2)).save(tmp_path / name, lossless=True)
    picture = shown(tmp_path / name)
    assert is_near(picture[:60], (100, 50, 25))
    assert is_near(picture[60:], (0, 0, 0))


def test_a_palette_with_a_transparent_color_lies_over_black(tmp_path: Path) -> None:
    image = Image.fromarray(two_colors()).quantize(4)
    image.save(tmp_path / "pal.png", transparency=image.getpixel((5, 85)))
    picture = shown(tmp_path / "pal.png")
    assert is_near(picture[:60], UPPER)
    assert is_near(picture[60:], (0, 0, 0))


def test_a_movie_with_alpha_lies_over_black(tmp_path: Path) -> None:
    path = tmp_path / "alpha.mov"
    pixels = np.concatenate([two_colors(), np.full((HEIGHT, WIDTH, 1), 128, np.uint8)], axis=2)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("prores_ks", rate=24, options={"profile": "4444", "alpha_bits": "16"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuva444p10le"
        frame = av.VideoFrame.from_ndarray(pixels, format="rgba").reformat(format="yuva444p10le")
        container.mux([*stream.encode(frame), *stream.encode(None)])
    assert is_near(shown(path)[5:50], (100, 50, 25), by=4)


# --- light and color --------------------------------------------------------------------------------------------------


def test_linear_light_gets_the_curve_of_a_screen(tmp_path: Path) -> None:
    write_exr(tmp_path / "a.exr")
    assert is_near(shown(tmp_path / "a.exr"), (188, 188, 188), by=1)


@pytest.mark.parametrize(("light", "level"), [(0.0, 0), (1.0, 255), (16.0, 255), (-1.0, 0), (float("nan"), 0)])
def test_light_beyond_what_a_screen_shows_is_cut_off(tmp_path: Path, light: float, level: int) -> None:
    write_exr(tmp_path / "a.exr", light=light)
    assert is_near(shown(tmp_path / "a.exr"), (level, level, level), by=0)


def test_an_exr_is_multiplied_with_its_alpha_already(tmp_path: Path) -> None:
    write_exr(tmp_path / "a.exr", alpha=0.5)
    assert is_near(shown(tmp_path / "a.exr"), (188, 188, 188), by=1)


def test_an_exr_in_aces_primaries_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "aces.exr"
    write_exr(path)
    aces = struct.pack("<8f", 0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.077, 0.32168, 0.33767)
    with_attribute(path, b"chromaticities", b"chromaticities", aces)
    with pytest.raises(MediaError, match="wide gamut color, which is not converted"):
        shown(path)


def test_an_exr_that_states_the_primaries_of_a_screen_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "plain.exr"
    write_exr(path)
    with_attribute(
        path,
        b"chromaticities",
        b"chromaticities",
        struct.pack("<8f", 0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.329),
    )
    assert is_near(shown(path), (188, 188, 188), by=1)


@pytest.mark.parametrize(("transfer", "level"), [(2, 235), (4, 210), (6, 210), (0, 210)])
def test_a_film_scan_is_shown_by_the_transfer_that_its_header_states(tmp_path: Path, transfer: int, level: int) -> None:
    path = tmp_path / "scan.dpx"
    picture = np.full((HEIGHT, WIDTH, 3), 210, np.uint8)
    write_still(path, picture, codec="dpx", given="rgb24", kept="gbrp10le")
    replaced_byte(path, 801, transfer)
    assert is_near(shown(path), (level, level, level))


@pytest.mark.parametrize("transfer", [1, 3])
def test_a_logarithmic_film_scan_is_refused(tmp_path: Path, transfer: int) -> None:
    path = tmp_path / "scan.dpx"
    write_still(path, two_colors(), codec="dpx", given="rgb24", kept="gbrp10le")
    replaced_byte(path, 801, transfer)
    with pytest.raises(MediaError, match=r"scan\.dpx is in logarithmic color"):
        shown(path)


# --- shape ------------------------------------------------------------------------------------------------------------

STRIPE = (255, 255, 255)


def upright_stripe() -> Picture:
    """Black with a white stripe on the left quarter."""
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    picture[:, : WIDTH // 4] = STRIPE
    return picture


def stripe_width(picture: NDArray[np.int64]) -> int:
    return int((picture[picture.shape[0] // 2, :, 0] > 127).sum())


def write_movie(path: Path, pictures: Iterator[Picture] | list[Picture], *, aspect: Fraction = Fraction(1)) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "4"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.sample_aspect_ratio = aspect
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))


@pytest.mark.parametrize(
    ("aspect", "size", "width"),
    [
        (Fraction(2), None, 80),  # 320x90
        (Fraction(2), (320, 90), 80),
        (Fraction(2), (160, 90), 0),  # the middle half of 320x90
        (Fraction(2), (640, 180), 160),
        (Fraction(1, 2), (80, 90), 20),
        (Fraction(1, 2), (160, 90), 40),  # 80x90, twice as large, cropped above and below
        (Fraction(16, 15), (171, 90), 43),
        (Fraction(1), (320, 180), 80),
    ],
)
def test_pixels_that_are_not_square_are_made_square(
    tmp_path: Path, aspect: Fraction, size: tuple[int, int] | None, width: int
) -> None:
    path = tmp_path / "wide.mov"
    write_movie(path, [upright_stripe()], aspect=aspect)
    picture = shown(path, size=size)
    assert picture.shape[:2] == ((size or (320, 90))[1], (size or (320, 90))[0])
    assert stripe_width(picture) == pytest.approx(width, abs=1)


def test_a_turned_clip_turns_its_pixels_with_it(tmp_path: Path) -> None:
    path, turned = tmp_path / "wide.mov", tmp_path / "turned.mov"
    write_movie(path, [upright_stripe()], aspect=Fraction(2))
    with av.open(str(path)) as source, av.open(str(turned), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        stream.set_display_rotation(90)
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    assert shown(turned, size=(90, 320)).shape == (320, 90, 3)
    level = shown(turned, size=(90, 320))[:, 45, 0] > 127
    assert int(level.sum()) == pytest.approx(80, abs=1)


def test_an_anamorphic_exr_is_made_square(tmp_path: Path) -> None:
    path = tmp_path / "wide.exr"
    pixels = np.where(upright_stripe() > 0, 1.0, 0.0).astype(np.float32)
    write_still(path, pixels, codec="exr", given="gbrpf32le", kept="gbrpf32le")
    with_attribute(path, b"pixelAspectRatio", b"float", struct.pack("<f", 2.0))
    picture = shown(path)
    assert picture.shape == (90, 320, 3)
    assert stripe_width(picture) == pytest.approx(80, abs=1)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif"])
def test_a_print_resolution_does_not_bend_a_still(tmp_path: Path, name: str) -> None:
    Image.fromarray(upright_stripe()).save(tmp_path / name, dpi=(72, 144))
    assert shown(tmp_path / name).shape == (HEIGHT, WIDTH, 3)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.webp"])
def test_a_still_is_turned_as_its_camera_was(tmp_path: Path, name: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the first row of the file is the right edge of the picture
    Image.fromarray(two_colors()).save(tmp_path / name, exif=exif, quality=95)
    picture = shown(tmp_path / name)
    assert picture.shape == (WIDTH, HEIGHT, 3)
    assert is_near(picture[5:-5, 35:-3], UPPER, by=6)
    assert is_near(picture[5:-5, 3:25], LOWER, by=6)


@pytest.mark.parametrize("size", [(161, 91), (1, 1), (33, 7), (1080, 1920)])
def test_any_size_that_is_asked_for_is_filled(tmp_path: Path, size: tuple[int, int]) -> None:
    write_movie(tmp_path / "a.mov", [two_colors()], aspect=Fraction(59, 54))
    assert shown(tmp_path / "a.mov", size=size).shape == (size[1], size[0], 3)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif", "a.webp"])
def test_a_still_is_shown_through_its_profile(tmp_path: Path, name: str) -> None:
    """A profile in which red and blue have changed places; without a conversion the numbers would stay."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = profile.index(b"rXYZ"), profile.index(b"bXYZ")
    profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"
    still = Image.fromarray(np.full((HEIGHT, WIDTH, 3), UPPER, np.uint8))
    still.save(tmp_path / name, quality=95, icc_profile=bytes(profile))
    assert is_near(shown(tmp_path / name), UPPER[::-1], by=6)
    still.save(tmp_path / name, quality=95, icc_profile=b"no profile")
    assert is_near(shown(tmp_path / name), UPPER, by=6)


def test_a_still_of_an_odd_size_is_whole(tmp_path: Path) -> None:
    Image.fromarray(two_colors()[:89, :159]).save(tmp_path / "odd.jpg", quality=95)
    picture = shown(tmp_path / "odd.jpg")
    assert picture.shape == (89, 159, 3)
    assert is_near(picture[5:50], UPPER, by=4)


# --- fields -----------------------------------------------------------------------------------------------------------


FIRST, SECOND = UPPER, (20, 60, 190)


def write_fields(path: Path, *, top_first: bool) -> None:
    """Three frames whose first field has one color and whose second another."""
    woven = np.empty((96, WIDTH, 3), np.uint8)
    woven[0 if top_first else 1 :: 2], woven[1 if top_first else 0 :: 2] = FIRST, SECOND
    order = "tff" if top_first else "bff"
    with av.open(str(path), "w") as container:
        options = {"crf": "1", "x264-params": f"interlaced=1:{order}=1", "flags": "+ildct+ilme"}
        stream = container.add_stream("libx264", rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH, 96, "yuv420p"
        graph = av.filter.Graph()
        steps = [
            graph.add("buffer", video_size=f"{WIDTH}x96", pix_fmt="rgb24", time_base="1/25", pixel_aspect="1/1"),
            graph.add("scale", "interl=1:out_color_matrix=bt601:out_range=tv"),
            graph.add("format", "yuv420p"),
            graph.add("setfield", f"mode={order}"),
            graph.add("buffersink"),
        ]
        graph.link_nodes(*steps).configure()
        for number in range(3):
            frame = av.VideoFrame.from_ndarray(woven, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            graph.vpush(frame)
            container.mux(stream.encode(graph.vpull()))
        container.mux(stream.encode(None))


@pytest.mark.parametrize("top_first", [True, False])
def test_of_two_fields_the_first_is_shown_without_combs(tmp_path: Path, *, top_first: bool) -> None:
    path = tmp_path / "fields.mov"
    write_fields(path, top_first=top_first)
    picture = shown(path)
    assert picture.shape == (96, WIDTH, 3)
    assert is_near(picture[8:-8], FIRST, by=8)


@pytest.mark.parametrize("top_first", [True, False])
def test_so_it_is_on_the_way_through_a_table(tmp_path: Path, *, top_first: bool) -> None:
    path, table = tmp_path / "fields.mov", tmp_path / "brighter, by 20.cube"
    write_fields(path, top_first=top_first)
    write_cube(table, np.minimum(grid(17) + 20 / 255, 1), title="brighter")
    picture = shown(path, to_display=str(table))
    assert picture.shape == (96, WIDTH, 3)
    assert is_near(picture[8:-8], tuple(level + 20 for level in FIRST), by=8)
