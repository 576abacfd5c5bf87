"""Bundles: OpenTimelineIO's own adapter reads ours, we read its, and a hostile zip is answered with a sentence."""

from __future__ import annotations

import copy
import json
import shutil
import stat
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import opentimelineio as otio
import pytest

from pickup.demo.samples import install_sample, sample_named
from pickup.errors import LibraryError, MediaError, Severity, TimelineError
from pickup.testing.sample_media import make_media
from pickup.timelines.bundles import extract_media, read_bundle, write_bundle
from pickup.timelines.classify import MediaLooker
from pickup.timelines.limits import ReadLimits

LIMITS = ReadLimits()
SECOND = otio.opentime.TimeRange(otio.opentime.RationalTime(0, 24), otio.opentime.RationalTime(24, 24))


def external(url: str, *, name: str = "") -> otio.schema.ExternalReference:
    reference = otio.schema.ExternalReference(target_url=url, available_range=SECOND)
    reference.name = name
    return reference


def clip_of(reference: otio.core.MediaReference, *, name: str = "clip") -> otio.schema.Clip:
    return otio.schema.Clip(name=name, media_reference=reference, source_range=SECOND)


def timeline_of(*clips: otio.schema.Clip) -> otio.schema.Timeline:
    timeline = otio.schema.Timeline("reel1", global_start_time=otio.opentime.RationalTime(86400, 24))
    timeline.tracks.append(otio.schema.Track("Video 1", children=list(clips)))
    return timeline


def media_file(path: Path, *, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def pack(timeline: otio.schema.Timeline, folder: Path) -> tuple[Path, tuple[str, ...]]:
    """The timeline as a bundle, and what was said about it."""
    file, bundle = folder / "reel1_v001.otio", folder / "reel1_v001.otioz"
    file.write_text(timeline.to_json_string(indent=4))
    findings = write_bundle(file, bundle, local=MediaLooker(folder, prefixes={}).local)
    return bundle, tuple(f"{each.code}: {each.message}" for each in findings)


def urls_in(bundle: Path) -> list[str]:
    timeline = otio.adapters.read_from_file(str(bundle))
    return [clip.media_reference.target_url for clip in timeline.find_clips()]


def names_in(bundle: Path) -> list[str]:
    with zipfile.ZipFile(bundle) as opened:
        return opened.namelist()


# What we write


def test_otios_own_adapter_unpacks_our_bundle_to_the_same_media(tmp_path: Path) -> None:
    first = media_file(tmp_path / "a" / "A001 take é.mov", content=b"first" * 1000)
    second = media_file(tmp_path / "b" / "B001.wav", content=b"second")
    bundle, said = pack(timeline_of(clip_of(external(first.as_uri())), clip_of(external(str(second)))), tmp_path)
    out = tmp_path / "out"
    out.mkdir()
    read = otio.adapters.read_from_file(str(bundle), extract_to_directory=str(out))
    urls = [clip.media_reference.target_url for clip in read.find_clips()]
    assert urls == ["media/A001 take é.mov", "media/B001.wav"]
    assert [(out / url).read_bytes() for url in urls] == [first.read_bytes(), second.read_bytes()]
    assert (out / "version.txt").read_text() == "1.0.0"
    assert said == ()


def test_media_are_stored_as_they_are_and_the_timeline_comes_before_them(tmp_path: Path) -> None:
    media = media_file(tmp_path / "A001.mov", content=b"\0" * 100_000)
    bundle, _ = pack(timeline_of(clip_of(external(str(media)))), tmp_path)
    with zipfile.ZipFile(bundle) as opened:
        assert opened.namelist() == ["version.txt", "content.otio", "media/A001.mov"]
        assert opened.getinfo("media/A001.mov").compress_type == zipfile.ZIP_STORED
        assert opened.testzip() is None


def test_nothing_changes_in_the_timeline_but_where_its_references_lead(tmp_path: Path) -> None:
    timeline = install_sample("reel_23976_slugs_and_briefs", folder=tmp_path)
    make_media(sample_named("reel_23976_slugs_and_briefs").media, folder=tmp_path / "media")
    bundle = tmp_path / "out" / "reel1.otioz"
    write_bundle(timeline, bundle, local=MediaLooker(tmp_path, prefixes={}).local)
    written = json.loads(read_bundle(bundle, limits=LIMITS).content)
    original = json.loads(timeline.read_bytes())
    assert without_urls(written) == without_urls(original)
    assert len(names_in(bundle)) > 3


def test_the_timeline_inside_is_spelled_as_opentimelineio_spells_it(tmp_path: Path) -> None:
    media = media_file(tmp_path / "A001.mov", content=b"picture")
    clip = clip_of(external(str(media)), name="Größe 24000/1001")
    clip.source_range = otio.opentime.TimeRange(
        otio.opentime.RationalTime(1 / 3, 24000 / 1001), otio.opentime.RationalTime(20000000.5, 24000 / 1001)
    )
    bundle, _ = pack(timeline_of(clip), tmp_path)
    content = read_bundle(bundle, limits=LIMITS).content.decode()
    assert content.replace("media/A001.mov", str(media)) == (tmp_path / "reel1_v001.otio").read_text(encoding="utf-8")


def without_urls(node: object) -> object:
    if isinstance(node, list):
        return [without_urls(each) for each in node]
    if isinstance(node, dict):
        return {key: without_urls(value) for key, value in node.items() if key != "target_url"}
    return node


def test_one_file_used_by_many_clips_is_one_member(tmp_path: Path) -> None:
    media = media_file(tmp_path / "A001.mov", content=b"picture")
    (tmp_path / "link.mov").symlink_to(media)
    urls = [str(media), media.as_uri(), str(tmp_path / "link.mov")]
    bundle, _ = pack(timeline_of(*(clip_of(external(url)) for url in urls)), tmp_path)
    assert urls_in(bundle) == ["media/A001.mov"] * 3
    assert names_in(bundle)[2:] == ["media/A001.mov"]


def test_two_files_of_one_name_get_two_names_and_clips_follow_them(tmp_path: Path) -> None:
    one = media_file(tmp_path / "day1" / "A001.mov", content=b"one")
    two = media_file(tmp_path / "day2" / "a001.MOV", content=b"two")
    clips = (
        clip_of(external(str(one), name="A001.mov"), name="A001.mov"),
        clip_of(external(str(two), name="a001.MOV"), name="a001.MOV"),
        clip_of(external(str(two)), name="the harbor"),
    )
    bundle, said = pack(timeline_of(*clips), tmp_path)
    assert urls_in(bundle) == ["media/A001.mov", "media/a001_2.MOV", "media/a001_2.MOV"]
    read = otio.adapters.read_from_file(str(bundle))
    assert [clip.name for clip in read.find_clips()] == ["A001.mov", "a001_2.MOV", "the harbor"]
    assert next(iter(read.find_clips())).media_reference.name == "A001.mov"
    assert len(said) == 1
    assert said[0].startswith("BUNDLE_RENAMED")
    assert f"{two} is a001_2.MOV" in said[0]


def test_a_name_that_a_url_would_cut_is_made_safe(tmp_path: Path) -> None:
    media = media_file(tmp_path / "100%25 done#1?.mov", content=b"picture")
    bundle, said = pack(timeline_of(clip_of(external(str(media)))), tmp_path)
    assert urls_in(bundle) == ["media/100_25 done_1_.mov"]
    assert said[0].startswith("BUNDLE_RENAMED")


def test_every_take_of_a_clip_is_packed(tmp_path: Path) -> None:
    takes = [media_file(tmp_path / f"SH0010_t0{number}.mov", content=bytes([number])) for number in (1, 2)]
    clip = clip_of(external(str(takes[0])))
    clip.set_media_references(
        {"DEFAULT_MEDIA": external(str(takes[0])), "PICKUP_T02": external(str(takes[1]))}, "DEFAULT_MEDIA"
    )
    bundle, _ = pack(timeline_of(clip), tmp_path)
    assert names_in(bundle)[2:] == ["media/SH0010_t01.mov", "media/SH0010_t02.mov"]


def test_what_a_replaced_clip_referred_to_is_not_packed(tmp_path: Path) -> None:
    old = media_file(tmp_path / "old.mov", content=b"old")
    new = media_file(tmp_path / "new.mov", content=b"new")
    clip = clip_of(external(str(new)))
    clip.metadata["pickup"] = {"schema": "Filled.1", "was": clip_of(external(str(old)))}
    bundle, said = pack(timeline_of(clip), tmp_path)
    assert names_in(bundle)[2:] == ["media/new.mov"]
    assert said == ()


def test_media_inside_a_compound_clip_is_packed(tmp_path: Path) -> None:
    media = media_file(tmp_path / "inside.mov", content=b"inside")
    timeline = timeline_of()
    compound = otio.schema.Stack("compound", children=[otio.schema.Track(children=[clip_of(external(str(media)))])])
    timeline.tracks[0].append(compound)
    bundle, _ = pack(timeline, tmp_path)
    assert urls_in(bundle) == ["media/inside.mov"]


def test_media_that_cannot_be_packed_stay_where_they_are_and_are_told(tmp_path: Path) -> None:
    secret = media_file(tmp_path / "id_rsa", content=b"not for the editor")
    (tmp_path / "folder.mov").mkdir()
    urls = [
        str(tmp_path / "absent.mov"),
        str(tmp_path / "folder.mov"),
        str(secret),
        "https://example.com/A001.mov",
        r"\\server\share\B001.mov",
    ]
    bundle, said = pack(timeline_of(*(clip_of(external(url)) for url in urls)), tmp_path)
    assert urls_in(bundle) == urls
    assert names_in(bundle) == ["version.txt", "content.otio"]
    assert sorted(said) == [
        "BUNDLE_WITHOUT_MEDIA: A001.mov, B001.mov left out of the bundle: no file of this machine",
        "BUNDLE_WITHOUT_MEDIA: absent.mov, folder.mov left out of the bundle: the file is not here",
        "BUNDLE_WITHOUT_MEDIA: id_rsa left out of the bundle: no media by its extension",
    ]


def test_a_long_list_of_absent_media_is_cut_short_and_counted(tmp_path: Path) -> None:
    clips = [clip_of(external(str(tmp_path / f"{number}.mov"))) for number in range(8)]
    _, said = pack(timeline_of(*clips), tmp_path)
    listed = "0.mov, 1.mov, 2.mov, 3.mov, 4.mov and 3 others"
    assert said == (f"BUNDLE_WITHOUT_MEDIA: {listed} left out of the bundle: the file is not here",)


def test_generators_and_offline_clips_are_nothing_to_pack(tmp_path: Path) -> None:
    generator = otio.schema.GeneratorReference(name="Text", generator_kind="Rich")
    bundle, said = pack(timeline_of(clip_of(generator), clip_of(otio.schema.MissingReference())), tmp_path)
    assert names_in(bundle) == ["version.txt", "content.otio"]
    assert said == ()


def sequence_in(folder: Path) -> otio.schema.ImageSequenceReference:
    return otio.schema.ImageSequenceReference(
        target_url_base=str(folder),
        name_prefix="plate.",
        name_suffix=".exr",
        start_frame=1000,
        frame_zero_padding=4,
        rate=24,
        available_range=SECOND,
    )


def test_an_image_sequence_is_packed_frame_by_frame_into_a_folder_of_its_own(tmp_path: Path) -> None:
    for number in (1001, 1000, 10000):
        media_file(tmp_path / "plates" / f"plate.{number}.exr", content=str(number).encode())
    media_file(tmp_path / "plates" / "other.1000.exr", content=b"other")
    sequence = sequence_in(tmp_path / "plates")
    bundle, said = pack(timeline_of(clip_of(sequence), clip_of(sequence_in(tmp_path / "plates"))), tmp_path)
    assert names_in(bundle)[2:] == [f"media/plate/plate.{number}.exr" for number in (1000, 1001, 10000)]
    out = tmp_path / "out"
    out.mkdir()
    read = otio.adapters.read_from_file(str(bundle), extract_to_directory=str(out))
    for clip in read.find_clips():
        reference = clip.media_reference
        assert reference.target_url_base == "media/plate"
        assert (out / reference.target_url_for_image_number(1)).read_bytes() == b"1001"
    assert said == ()


def test_an_image_sequence_that_is_not_here_stays_and_is_told(tmp_path: Path) -> None:
    bundle, said = pack(timeline_of(clip_of(sequence_in(tmp_path / "nowhere"))), tmp_path)
    read = otio.adapters.read_from_file(str(bundle))
    assert next(iter(read.find_clips())).media_reference.target_url_base == str(tmp_path / "nowhere")
    assert said == ("BUNDLE_WITHOUT_MEDIA: plate.#.exr left out of the bundle: no frame of it is here",)


def test_equal_files_make_equal_bundles_and_an_older_one_is_replaced(tmp_path: Path) -> None:
    media = media_file(tmp_path / "A001.mov", content=b"picture")
    timeline = timeline_of(clip_of(external(str(media))))
    file = tmp_path / "reel1.otio"
    file.write_text(timeline.to_json_string(indent=4))
    (tmp_path / "two.otioz").write_bytes(b"an older one")
    for name in ("one.otioz", "two.otioz"):
        write_bundle(file, tmp_path / name, local=MediaLooker(tmp_path, prefixes={}).local)
    assert (tmp_path / "one.otioz").read_bytes() == (tmp_path / "two.otioz").read_bytes()


def test_media_that_grow_while_they_are_packed_leave_no_bundle(tmp_path: Path) -> None:
    media = media_file(tmp_path / "A001.mov", content=b"\0" * (3 << 20))
    file = tmp_path / "reel1.otio"
    file.write_text(timeline_of(clip_of(external(str(media)))).to_json_string())

    def record_on(_share: float) -> None:
        with media.open("ab") as growing:
            growing.write(b"\0" * (1 << 20))

    with pytest.raises(MediaError, match=r"A001\.mov changed while it was packed"):
        write_bundle(file, tmp_path / "reel1.otioz", local=str, report=record_on)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["A001.mov", "reel1.otio"]


def test_the_share_that_is_packed_is_reported_up_to_all_of_it(tmp_path: Path) -> None:
    media = media_file(tmp_path / "A001.mov", content=b"\0" * (3 << 20))
    file, shares = tmp_path / "reel1.otio", list[float]()
    file.write_text(timeline_of(clip_of(external(str(media)))).to_json_string())
    write_bundle(file, tmp_path / "reel1.otioz", local=str, report=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    extract_media(tmp_path / "reel1.otioz", tmp_path / "out", report=(again := list[float]()).append)
    assert again[-1] == 1.0


def larger_than_the_disk(path: Path) -> int:
    """A file of many gigabytes that takes no room."""
    size = shutil.disk_usage(path.parent).free + (2 << 30)
    try:
        with path.open("r+b" if path.exists() else "wb") as file:
            file.truncate(size)
    except OSError:
        pytest.skip("this disk takes no file with holes that is larger than its free room")
    return size


def not_begun(_share: float) -> None:
    """Told of progress where there must be none; a disk is not filled to find that out."""
    raise AssertionError("it was begun")


def test_a_bundle_that_does_not_fit_is_not_begun(tmp_path: Path) -> None:
    media = tmp_path / "A001.mov"
    larger_than_the_disk(media)
    file = tmp_path / "reel1.otio"
    file.write_text(timeline_of(clip_of(external(str(media)))).to_json_string())
    with pytest.raises(LibraryError, match=r"reel1\.otioz needs \d+ MB and \d+ MB are free"):
        write_bundle(file, tmp_path / "reel1.otioz", local=str, report=not_begun)
    assert not (tmp_path / "reel1.otioz").exists()


def test_a_timeline_that_is_no_json_is_not_packed(tmp_path: Path) -> None:
    file = media_file(tmp_path / "reel1.otio", content=b"{")
    with pytest.raises(TimelineError, match=r"reel1\.otio cannot be packed"):
        write_bundle(file, tmp_path / "reel1.otioz", local=str)


def test_what_is_left_out_is_a_warning_and_a_new_name_is_not(tmp_path: Path) -> None:
    media_file(tmp_path / "#1.mov", content=b"picture")
    file = tmp_path / "reel1.otio"
    urls = (str(tmp_path / "#1.mov"), str(tmp_path / "absent.mov"))
    file.write_text(timeline_of(*(clip_of(external(url)) for url in urls)).to_json_string())
    findings = write_bundle(file, tmp_path / "reel1.otioz", local=str)
    assert [(each.severity, each.where) for each in findings] == [
        (Severity.WARNING, "reel1.otioz"),
        (Severity.INFO, "reel1.otioz"),
    ]


# What others write


def bundle_by_otio(folder: Path) -> tuple[Path, dict[str, bytes]]:
    contents = {"A001.mov": b"first" * 1000, "B 001.mov": b"second"}
    paths = [media_file(folder / "source" / name, content=content) for name, content in contents.items()]
    timeline = timeline_of(*(clip_of(external(f"file://{path}")) for path in paths))
    bundle = folder / "theirs.otioz"
    otio.adapters.write_to_file(timeline, str(bundle))
    return bundle, contents


def test_a_bundle_by_otios_own_adapter_is_read(tmp_path: Path) -> None:
    bundle, contents = bundle_by_otio(tmp_path)
    held = read_bundle(bundle, limits=LIMITS)
    assert dict(held.media) == {f"media/{name}": len(content) for name, content in contents.items()}
    timeline = otio.adapters.read_from_string(held.content.decode(), "otio_json")
    assert [clip.media_reference.target_url for clip in timeline.find_clips()] == list(held.media)


def test_its_media_are_unpacked_to_where_its_references_lead(tmp_path: Path) -> None:
    bundle, contents = bundle_by_otio(tmp_path)
    placed = extract_media(bundle, tmp_path / "out")
    assert {path.name: path.read_bytes() for path in placed} == contents
    assert [path.relative_to(tmp_path / "out").as_posix() for path in placed] == urls_in(bundle)


def test_unpacking_again_touches_nothing_and_mends_what_is_wrong(tmp_path: Path) -> None:
    bundle, contents = bundle_by_otio(tmp_path)
    first, second = extract_media(bundle, tmp_path / "out")
    before = first.stat().st_mtime_ns, first.stat().st_ino
    second.write_bytes(b"SECOND")
    assert extract_media(bundle, tmp_path / "out") == (first, second)
    assert (first.stat().st_mtime_ns, first.stat().st_ino) == before
    assert second.read_bytes() == contents["B 001.mov"]


# What nobody should write

Zip = zipfile.ZipFile


def make_bundle(path: Path, *, spoil: Callable[[Zip], None] = lambda _: None) -> Path:
    """A small sound bundle; `spoil` may add members, or lie in the directory before it is written."""
    with zipfile.ZipFile(path, "w") as opened:
        opened.writestr("version.txt", "1.0.0")
        opened.writestr("content.otio", '{"OTIO_SCHEMA": "Timeline.1"}', zipfile.ZIP_DEFLATED)
        opened.writestr("media/A001.mov", b"picture")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # zipfile's own about duplicate names
            spoil(opened)
    return path


def adds(name: str, *, method: int = zipfile.ZIP_STORED) -> Callable[[Zip], None]:
    return lambda opened: opened.writestr(name, b"evil", method)


def adds_a_link(opened: Zip) -> None:
    link = zipfile.ZipInfo("media/link.mov")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    opened.writestr(link, "/etc/passwd")


def makes_media_overlap(opened: Zip) -> None:
    for number in range(500):
        twin = copy.copy(opened.getinfo("media/A001.mov"))
        twin.filename = twin.orig_filename = f"media/{number}.mov"
        twin.compress_size = twin.file_size = 1000
        opened.filelist.append(twin)


def names_very_many(opened: Zip) -> None:
    empty = opened.getinfo("version.txt")
    for number in range(100_000):
        twin = copy.copy(empty)
        twin.filename = twin.orig_filename = f"media/{number}"
        opened.filelist.append(twin)


def claims_terabytes(opened: Zip) -> None:
    opened.writestr("media/bomb.mov", b"\0" * 1000, zipfile.ZIP_DEFLATED)
    opened.getinfo("media/bomb.mov").file_size = 1 << 42


def encrypts(opened: Zip) -> None:
    opened.getinfo("media/A001.mov").flag_bits |= 1


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (adds("../evil.mov"), r"unsafe name: '\.\./evil\.mov'"),
        (adds("media/../../evil.mov"), "unsafe name"),
        (adds("/evil.mov"), "unsafe name"),
        (adds("C:/evil.mov"), "unsafe name"),
        (adds("media/C:evil.mov"), "unsafe name"),
        (adds("media\\..\\evil.mov"), "unsafe name"),
        (adds("media//evil.mov"), "unsafe name"),
        (adds("media/evil\n.mov"), "unsafe name"),
        (adds("media/A001.mov"), "holds media/A001.mov twice"),
        (adds("MEDIA/a001.mov"), "holds both media/A001.mov and MEDIA/a001.mov"),
        (adds("media/A001.mov. "), "are one file on many disks"),
        (adds("content.otio"), "holds content.otio twice"),
        (adds("media/B001.mov", method=zipfile.ZIP_BZIP2), "packed with bzip2"),
        (adds("media/B001.mov", method=zipfile.ZIP_LZMA), "packed with LZMA"),
        (adds_a_link, "a link instead of a file"),
        (encrypts, "is encrypted: media/A001.mov needs a password"),
        (makes_media_overlap, "its files overlap"),
        (claims_terabytes, "would grow from 0 MB to 4194304 MB"),
        (names_very_many, "holds 100003 files, more than the limit of 100000"),
    ],
)
def test_a_hostile_bundle_is_neither_read_nor_unpacked(spoil: Callable[[Zip], None], said: str, tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path / "evil.otioz", spoil=spoil)
    with pytest.raises(TimelineError, match=said) as reading:
        read_bundle(bundle, limits=LIMITS)
    assert reading.value.next_step
    assert reading.value.where == str(bundle)
    with pytest.raises(TimelineError, match=said):
        extract_media(bundle, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["evil.otioz"]


def test_a_name_with_a_zero_byte_is_refused(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path / "evil.otioz", spoil=adds("media/evil.mov_hidden"))
    bundle.write_bytes(bundle.read_bytes().replace(b"mov_hidden", b"mov\0hidden"))
    with pytest.raises(TimelineError, match="unsafe name"):
        read_bundle(bundle, limits=LIMITS)


def test_a_timeline_that_unpacks_beyond_the_limit_is_not_unpacked(tmp_path: Path) -> None:
    bundle = tmp_path / "bomb.otioz"
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("content.otio", b" " * (3 << 20))
    assert bundle.stat().st_size < 10_000
    with pytest.raises(TimelineError, match="holds a timeline of 3 MB, more than the limit of 1 MB"):
        read_bundle(bundle, limits=ReadLimits(file_mb=1))


def test_a_timeline_that_is_longer_than_its_directory_says_is_damaged(tmp_path: Path) -> None:
    def lie(opened: Zip) -> None:
        opened.getinfo("content.otio").file_size = 5

    with pytest.raises(TimelineError, match=r"is damaged: content\.otio cannot be unpacked \(Bad CRC-32"):
        read_bundle(make_bundle(tmp_path / "b.otioz", spoil=lie), limits=LIMITS)


def test_a_timeline_that_is_shorter_than_its_directory_says_is_damaged(tmp_path: Path) -> None:
    def lie(opened: Zip) -> None:
        opened.getinfo("content.otio").file_size = 500

    with pytest.raises(TimelineError, match=r"is damaged: content\.otio ends early"):
        read_bundle(make_bundle(tmp_path / "b.otioz", spoil=lie), limits=LIMITS)


def test_a_timeline_with_another_checksum_is_damaged(tmp_path: Path) -> None:
    def lie(opened: Zip) -> None:
        opened.getinfo("content.otio").CRC ^= 1

    with pytest.raises(TimelineError, match=r"content\.otio cannot be unpacked \(Bad CRC-32"):
        read_bundle(make_bundle(tmp_path / "b.otioz", spoil=lie), limits=LIMITS)


def test_media_that_are_damaged_do_not_appear_and_those_before_them_stay(tmp_path: Path) -> None:
    def lie(opened: Zip) -> None:
        opened.writestr("media/B001.mov", b"broken")
        opened.getinfo("media/B001.mov").CRC ^= 1

    bundle = make_bundle(tmp_path / "b.otioz", spoil=lie)
    read_bundle(bundle, limits=LIMITS)
    with pytest.raises(TimelineError, match=r"is damaged: media/B001\.mov cannot be unpacked"):
        extract_media(bundle, tmp_path / "out")
    assert [path.name for path in sorted((tmp_path / "out").rglob("*"))] == ["media", "A001.mov"]


def test_media_that_do_not_fit_are_not_unpacked(tmp_path: Path) -> None:
    bundle = media_file(tmp_path / "large.otioz", content=b"PK\x03\x04")
    size = larger_than_the_disk(bundle)
    with zipfile.ZipFile(bundle, "a") as opened:
        opened.writestr("content.otio", "{}")
        opened.writestr("media/A001.mov", b"picture")
        opened.getinfo("media/A001.mov").file_size = opened.getinfo("media/A001.mov").compress_size = size - 1000
    with pytest.raises(LibraryError, match=r"the media of large\.otioz need \d+ MB and \d+ MB are free"):
        extract_media(bundle, tmp_path / "out", report=not_begun)


def test_unpacking_where_a_file_stands_in_the_way_says_so(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path / "b.otioz")
    media_file(tmp_path / "out" / "media", content=b"a file")
    with pytest.raises(LibraryError, match="a folder is needed where the file media stands"):
        extract_media(bundle, tmp_path / "out")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not an OTIO bundle"),
        (b'{"OTIO_SCHEMA": "Timeline.1"}', "is not an OTIO bundle"),
        (b"PK\x03\x04 and then nothing", "is not complete, or damaged"),
    ],
)
def test_what_is_no_zip_is_said_to_be_none(content: bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(TimelineError, match=said):
        read_bundle(media_file(tmp_path / "b.otioz", content=content), limits=LIMITS)


def test_a_bundle_that_is_still_being_written_is_to_be_waited_for(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path / "b.otioz")
    bundle.write_bytes(bundle.read_bytes()[:-40])
    with pytest.raises(TimelineError, match="is not complete") as refused:
        read_bundle(bundle, limits=LIMITS)
    assert "wait until the export" in refused.value.next_step


def test_no_cut_anywhere_in_a_bundle_shows_a_traceback(tmp_path: Path) -> None:
    whole = make_bundle(tmp_path / "b.otioz").read_bytes()
    for end in range(len(whole)):
        cut = media_file(tmp_path / "cut.otioz", content=whole[:end])
        with pytest.raises(TimelineError):
            read_bundle(cut, limits=LIMITS)


def test_no_changed_byte_in_a_bundle_shows_a_traceback(tmp_path: Path) -> None:
    whole = make_bundle(tmp_path / "b.otioz").read_bytes()
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 0xFF
        bundle = media_file(tmp_path / "changed.otioz", content=bytes(changed))
        try:
            content = read_bundle(bundle, limits=LIMITS).content
            extract_media(bundle, tmp_path / "out")
        except TimelineError:
            continue
        assert content == b'{"OTIO_SCHEMA": "Timeline.1"}'


def test_a_path_that_leads_to_no_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(TimelineError, match="is a folder"):
        read_bundle(tmp_path, limits=LIMITS)
    with pytest.raises(TimelineError, match="does not exist"):
        read_bundle(tmp_path / "b.otioz", limits=LIMITS)


def test_a_bundle_without_a_timeline_says_which_file_is_missing(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.otioz", "w") as opened:
        opened.writestr("media/A001.mov", b"picture")
    with pytest.raises(TimelineError, match=r"content\.otio is missing"):
        read_bundle(tmp_path / "b.otioz", limits=LIMITS)


def test_a_zipped_folder_around_a_bundle_is_told_apart(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.otioz", "w") as opened:
        opened.writestr("reel1/content.otio", "{}")
    with pytest.raises(TimelineError, match="inside the folder reel1") as refused:
        read_bundle(tmp_path / "b.otioz", limits=LIMITS)
    assert refused.value.next_step == "zip what is in reel1, without the folder itself"


def test_a_bundle_of_another_major_version_is_not_guessed_at(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.otioz", "w") as opened:
        opened.writestr("version.txt", "2.0.0\n")
        opened.writestr("content.otio", "{}")
    with pytest.raises(TimelineError, match="is a bundle of version 2; version 1 is read"):
        read_bundle(tmp_path / "b.otioz", limits=LIMITS)


def test_what_else_lies_in_a_bundle_is_passed_over(tmp_path: Path) -> None:
    def add(opened: Zip) -> None:
        opened.writestr("__MACOSX/._A001.mov", b"")
        opened.mkdir("media/empty")

    bundle = make_bundle(tmp_path / "b.otioz", spoil=add)
    assert dict(read_bundle(bundle, limits=LIMITS).media) == {"media/A001.mov": 7}
    assert extract_media(bundle, tmp_path / "out") == (tmp_path / "out" / "media" / "A001.mov",)
