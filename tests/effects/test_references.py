"""Reference pictures: which files can be used, what is made of them, and where a project's may lie."""

from __future__ import annotations

import hashlib
import io
import os
import struct
import zlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image, ImageCms

from pickup.config import Config, load_config
from pickup.errors import ConfigError
from pickup.fill.approval import what_would_be_sent
from pickup.fill.references import ReadSets, read_sets
from pickup.fill.routes import Routes
from pickup.media.references import (
    LONGEST_SIDE,
    ReadReference,
    ReferenceRequest,
    UnusableReference,
    read_all,
    read_references,
)
from pickup.offers import Offer

RED, BLUE = (200, 30, 30), (30, 30, 200)
OFFER = SimpleNamespace(host="api.studio.example")


def read(path: Path, *, below: tuple[str, ...] | None = None) -> ReadReference | UnusableReference:
    """In this process: what a child adds is tested once."""
    [found] = read_all(ReferenceRequest(paths=(str(path),), below=below), lambda _done: None)
    return found


def shown(path: Path) -> Image.Image:
    found = read(path)
    assert isinstance(found, ReadReference), found
    image = Image.open(io.BytesIO(found.png))
    assert (image.format, image.mode, image.size) == ("PNG", "RGB", found.size)
    return image


def refused(path: Path, *, below: tuple[str, ...] | None = None) -> UnusableReference:
    found = read(path, below=below)
    assert isinstance(found, UnusableReference), found
    assert found.next_step
    return found


def halves(size: tuple[int, int] = (400, 300)) -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, size[0], size[1]))
    return image


def color(image: Image.Image, place: tuple[float, float]) -> tuple[int, ...]:
    pixel = image.getpixel((int(place[0] * image.width), int(place[1] * image.height)))
    assert isinstance(pixel, tuple)
    return pixel


def near(one: tuple[int, ...], other: tuple[int, ...], by: int = 6) -> bool:
    return all(abs(a - b) <= by for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.tif", "a.bmp"])
def test_stills_are_sent_as_png_and_known_by_the_hash_of_their_file(name: str, tmp_path: Path) -> None:
    halves().save(tmp_path / name)
    image = shown(tmp_path / name)
    assert near(color(image, (0.2, 0.5)), RED, by=12)
    found = read(tmp_path / name)
    assert isinstance(found, ReadReference)
    assert found.source == hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()


def test_a_child_reads_them_and_one_that_is_broken_costs_only_itself(tmp_path: Path) -> None:
    halves().save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"no picture")
    good, bad = read_references([tmp_path / "a.png", tmp_path / "b.png"], below=None)
    assert isinstance(good, ReadReference)
    assert isinstance(bad, UnusableReference)
    assert read_references([], below=None) == ()


def test_a_phones_picture_is_set_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn to the right
    halves().save(tmp_path / "a.jpg", exif=exif)
    image = shown(tmp_path / "a.jpg")
    assert image.size == (300, 400)
    assert near(color(image, (0.5, 0.2)), RED, by=12)


def test_what_is_seen_through_is_white(tmp_path: Path) -> None:
    image = halves().convert("RGBA")
    image.putalpha(Image.new("L", image.size, 0))
    image.save(tmp_path / "a.png")
    assert color(shown(tmp_path / "a.png"), (0.5, 0.5)) == (255, 255, 255)


def test_large_pictures_are_made_smaller_and_small_ones_stay(tmp_path: Path) -> None:
    halves((5000, 2500)).save(tmp_path / "large.png")
    halves((400, 300)).save(tmp_path / "small.png")
    assert shown(tmp_path / "large.png").size == (LONGEST_SIDE, LONGEST_SIDE // 2)
    assert shown(tmp_path / "small.png").size == (400, 300)


def test_gray_palette_cmyk_and_sixteen_bits_become_rgb(tmp_path: Path) -> None:
    gray = np.tile(np.linspace(0, 65535, 400, dtype=np.uint16), (300, 1))
    Image.fromarray(gray).save(tmp_path / "deep.png")
    halves().quantize(16).save(tmp_path / "palette.png")
    halves().convert("CMYK").save(tmp_path / "cmyk.jpg", quality=95)
    halves().convert("L").save(tmp_path / "gray.png")
    assert near(color(shown(tmp_path / "deep.png"), (0.5, 0.5)), (128, 128, 128))
    assert near(color(shown(tmp_path / "palette.png"), (0.2, 0.5)), RED, by=20)
    assert near(color(shown(tmp_path / "cmyk.jpg"), (0.2, 0.5)), RED, by=20)
    assert len(set(color(shown(tmp_path / "gray.png"), (0.2, 0.5)))) == 1


def test_colors_of_another_profile_are_shown_as_they_look(tmp_path: Path) -> None:
    """A profile in which red and blue have changed places; without a conversion the numbers would stay."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = profile.index(b"rXYZ"), profile.index(b"bXYZ")
    profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"
    halves().save(tmp_path / "a.png", icc_profile=bytes(profile))
    halves().save(tmp_path / "damaged.png", icc_profile=b"no profile")
    assert near(color(shown(tmp_path / "a.png"), (0.2, 0.5)), BLUE)
    assert color(shown(tmp_path / "damaged.png"), (0.2, 0.5)) == RED


def bomb(path: Path, *, side: int) -> Path:
    """A PNG of a few bytes that says it is huge."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )
    return path


def gif(path: Path) -> Path:
    halves().save(path, save_all=True, append_images=[halves((400, 300)).rotate(90)])
    return path


def cut_off(path: Path) -> Path:
    noise = np.random.default_rng(7).integers(0, 255, (300, 400, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[:5000])
    return path


def moving_webp(path: Path) -> Path:
    halves().save(path, save_all=True, append_images=[halves().rotate(180)])
    return path


def tiny(path: Path) -> Path:
    halves((100, 100)).save(path)
    return path


def folder(path: Path) -> Path:
    path.mkdir()
    return path


@pytest.mark.parametrize(
    ("name", "make", "said"),
    [
        ("gone.png", lambda path: path, "is not there"),
        ("folder.png", folder, "cannot be read"),
        ("bomb.png", lambda path: bomb(path, side=12_000), "is too large (12000x12000 pixels)"),
        ("larger.png", lambda path: bomb(path, side=60_000), "is too large"),
        ("moving.gif", gif, "is no picture that can be used"),
        ("moving.webp", moving_webp, "is a moving picture"),
        ("cut.jpg", cut_off, "is damaged or cut off"),
        ("tiny.png", tiny, "is too small (100x100 pixels"),
    ],
)
def test_what_cannot_be_used_has_a_reason(name: str, make: Callable[[Path], Path], said: str, tmp_path: Path) -> None:
    assert refused(make(tmp_path / name)).reason.startswith(said)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes are of POSIX")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.png")
    assert "no regular file" in refused(tmp_path / "a.png").reason


# where a project's files may lie


def project(folder_: Path, *, images: str, release: str = "", user: str = "") -> Config:
    own, show = folder_ / "own.toml", folder_ / "show"
    show.mkdir(exist_ok=True)
    own.write_text(user)
    (show / "pickup.toml").write_text(
        f"[characters.mara]\nimages = ['{images}']\n" + (f"release = ['{release}']\n" if release else "")
    )
    return load_config(timeline=show / "a.otio", flags={}, environment={}, config_file=own)


def sets_of(config: Config) -> ReadSets:
    return read_sets(config, fields=["mara"])


def secret(folder_: Path) -> Path:
    place = folder_ / "private" / "passport.png"
    place.parent.mkdir()
    halves().save(place)
    return place


def test_a_picture_in_the_projects_folder_is_used_and_its_release_is_named(tmp_path: Path) -> None:
    (tmp_path / "show" / "refs").mkdir(parents=True)
    halves().save(tmp_path / "show" / "refs" / "mara_1.png")
    (tmp_path / "show" / "mara.pdf").write_bytes(b"signed")
    found = sets_of(project(tmp_path, images="refs/mara_1.png", release="mara.pdf"))
    assert found.sets["mara"].trouble == ""
    assert [picture.file for picture in found.sets["mara"].pictures] == ["mara_1.png"]
    assert found.sets["mara"].releases == (str(tmp_path / "show" / "mara.pdf"),)
    assert found.findings == ()


@pytest.mark.parametrize("way", ["absolute", "upwards", "link"])
def test_a_project_cannot_have_any_picture_of_this_machine_sent(way: str, tmp_path: Path) -> None:
    place = secret(tmp_path)
    (tmp_path / "show").mkdir()
    if way == "link":
        (tmp_path / "show" / "mara.png").symlink_to(place)
    images = {"absolute": str(place), "upwards": "../private/passport.png", "link": "mara.png"}[way]
    found = sets_of(project(tmp_path, images=images))
    assert "lies outside of the project's folder" in found.sets["mara"].trouble
    assert found.pictures == {}


def test_a_projects_release_lies_in_its_folder_too(tmp_path: Path) -> None:
    (tmp_path / "show").mkdir()
    halves().save(tmp_path / "show" / "mara.png")
    found = sets_of(project(tmp_path, images="mara.png", release="/etc/hosts"))
    assert "the release of mara: hosts lies outside" in found.sets["mara"].trouble


def test_the_users_roots_open_their_folders_and_a_projects_do_not(tmp_path: Path) -> None:
    place = secret(tmp_path)
    config = project(tmp_path, images=str(place), user=f"roots = ['{place.parent}']")
    assert sets_of(config).sets["mara"].trouble == ""
    (tmp_path / "show" / "pickup.toml").write_text(f"roots = ['/']\n[characters.mara]\nimages = ['{place}']\n")
    again = load_config(timeline=tmp_path / "show" / "a.otio", flags={}, environment={}, config_file=None)
    assert "outside" in sets_of(again).sets["mara"].trouble


def test_the_users_own_settings_may_name_any_picture(tmp_path: Path) -> None:
    place = secret(tmp_path)
    own = tmp_path / "own.toml"
    own.write_text(f"[characters.mara]\nimages = ['{place}']\n")
    config = load_config(timeline=None, flags={}, environment={}, config_file=own)
    assert sets_of(config).sets["mara"].trouble == ""


def test_a_set_that_no_brief_names_is_not_opened(tmp_path: Path) -> None:
    config = project(tmp_path, images="gone.png")
    assert read_sets(config, fields=["somebody else"]).sets["mara"].trouble == ""
    assert "gone.png is not there" in sets_of(config).sets["mara"].trouble
    unread = read_sets(config, fields=["mara"], may_read=False).sets["mara"]
    assert (unread.is_read, unread.trouble) == (False, "")


def test_a_release_that_is_not_there_is_said_and_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "show").mkdir()
    halves().save(tmp_path / "show" / "mara.png")
    found = sets_of(project(tmp_path, images="mara.png", release="gone.pdf"))
    assert found.sets["mara"].trouble == ""
    assert [(each.code, each.where) for each in found.findings] == [
        ("RELEASE_MISSING", str(tmp_path / "show" / "gone.pdf"))
    ]


# what a table says


def offer_of(folder_: Path, name: str, *lines: str) -> Offer:
    own = folder_ / "own.toml"
    own.write_text("\n".join([f"[providers.{name}]", *lines]))
    config = load_config(timeline=None, flags={}, environment={}, config_file=own)
    return Routes(config=config, send_frames=None, today=date(2026, 11, 30)).load(name).offer


def test_a_table_may_lower_how_many_are_sent_and_not_raise_it(tmp_path: Path) -> None:
    assert [offer_of(tmp_path, "wan", f"references = {number}").references for number in (1, 60)] == [1, 10]
    assert offer_of(tmp_path, "wan", "references = 0").references == 0


UNLISTED = ('model = "owner/new"', "seconds = [5]", 'sizes = ["1280x720"]', "fps = 24", "references = 4")


def test_a_model_of_no_table_takes_as_many_as_its_table_says(tmp_path: Path) -> None:
    assert offer_of(tmp_path, "fal", *UNLISTED).references == 4


ONE = ("references = 1",)


@pytest.mark.parametrize(("name", "lines"), [("luma", UNLISTED), ("luma", ONE), ("slate", ONE)])
def test_a_service_that_takes_none_says_so(name: str, lines: tuple[str, ...], tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="takes no reference pictures"):
        offer_of(tmp_path, name, *lines)


# what a person is asked


def test_a_person_is_asked_with_how_many_there_are_and_which() -> None:
    neighbour = SimpleNamespace(code="SH0010")
    framed = SimpleNamespace(spec=neighbour, sends=("A.mov",), references=(), sends_pictures=(), offer=OFFER)
    shown = (SimpleNamespace(name="mara"), SimpleNamespace(file="mara_1.png", source="ab"))
    pictured = SimpleNamespace(
        spec=SimpleNamespace(code="SH0020"), sends=(), references=(shown,), sends_pictures=("mara_1.png of mara",),
        offer=OFFER,
    )  # fmt: skip
    assert list(what_would_be_sent([framed, pictured, pictured])) == [  # type: ignore[list-item]
        "1 frame of your footage and 1 reference picture would be sent, for the takes to match the cut:",
        "  SH0010  a frame of A.mov to api.studio.example",
        "  SH0020  1 reference picture (mara_1.png of mara) to api.studio.example",
        "  SH0020  1 reference picture (mara_1.png of mara) to api.studio.example",
    ]
