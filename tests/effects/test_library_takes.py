import hashlib
import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from pickup.errors import LibraryError
from pickup.library import Library
from pickup.library.store import TakeOrder, TakeStore
from pickup.ports import Beside, Conformed, Delivery, Generation, Reference, Store
from pickup.takes import Take
from pickup.timing import FrameRate

_RATE = FrameRate.parse("24")
_SIZE = (320, 180)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    opened = Library.at(tmp_path / "pickup", new_id=lambda: "7K2QN5XWPL3ABCDE")
    opened.claim_cut(tmp_path / "harbor.otio")
    return opened


def _store(library: Library) -> TakeStore:
    return library.store(
        orders={"SH0010": TakeOrder(wish="wish")},
        previs=[("slate", "slate")],
        now=lambda: datetime(2030, 1, 2, tzinfo=UTC),
    )


def _request(*, take: int) -> Generation:
    return Generation(
        shot="SH0010",
        take=take,
        prompt="a boat",
        negative="text",
        seed=7,
        model="slate",
        frames=60,
        rate=_RATE,
        size=_SIZE,
        look="card",
        head=12,
        tail=0,
        boundary_in=b"png",
    )


def _conformed(content: bytes) -> Conformed:
    return Conformed(
        frames=60,
        rate=_RATE,
        size=_SIZE,
        codec="prores_lt",
        timecode="00:00:00:00",
        bytes_written=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        policies=("scale",),
    )


def _keep(
    store: Store,
    *,
    take: int,
    content: bytes = b"movie",
    start_frame: int = 0,
    references: tuple[Reference, ...] = (),
) -> Path:
    store.original("SH0010", take=take).write_bytes(b"original")
    path = store.conformed("SH0010", take=take)
    path.write_bytes(content)
    delivery = Delivery(frames=60, rate=_RATE, size=_SIZE, codec="prores_lt", reel=path.stem, start_frame=start_frame)
    store.keep_take(
        replace(_request(take=take), references=references),
        delivery=delivery,
        conformed=_conformed(content),
        provider="slate",
        cost=Decimal("0.10"),
    )
    return path


def test_files_lie_where_a_person_would_look_for_them(library: Library) -> None:
    store = _store(library)
    path = _keep(store, take=1)
    folder = library.folder / "takes" / "SH0010" / "t01"
    assert path == folder / "HARBOR7K2Q_SH0010_t01.mov"
    assert sorted(each.name for each in folder.iterdir()) == [
        "HARBOR7K2Q_SH0010_t01.mov",
        "boundary_in.png",
        "original.mp4",
        "take.json",
    ]


def test_reference_pictures_are_kept_once_for_the_library_and_named_with_their_release(
    library: Library, tmp_path: Path
) -> None:
    pictures = [
        Reference.of(content, name="mara", source=hashlib.sha256(content + b" file").hexdigest())
        for content in (b"one", b"other")
    ]
    order = TakeOrder(wish="wish", releases={"mara": (str(tmp_path / "releases" / "mara.pdf"),)})
    store = library.store(orders={"SH0010": order}, previs=[], now=lambda: datetime(2030, 1, 2, tzinfo=UTC))
    for take in (1, 2):
        _keep(store, take=take, references=tuple(pictures))
    kept = {path.name: path.read_bytes() for path in (library.folder / "references").iterdir()}
    assert kept == {f"{each.sha256}.png": each.data for each in pictures}
    assert all(hashlib.sha256(content).hexdigest() == name.removesuffix(".png") for name, content in kept.items())
    written = json.loads((library.folder / "takes/SH0010/t02/take.json").read_text())
    assert written["references"] == [
        {"name": "mara", "sha256": each.sha256, "release": ["../releases/mara.pdf"], "source": each.source}
        for each in pictures
    ]


def test_a_kept_take_is_read_back_as_it_was(library: Library) -> None:
    path = _keep(_store(library), take=1, start_frame=36)
    (kept,) = library.takes("SH0010")
    assert library.media_of(kept) == path.absolute()
    assert (kept,) == (
        Take(
            shot="SH0010",
            number=1,
            path="takes/SH0010/t01/HARBOR7K2Q_SH0010_t01.mov",
            frames=60,
            head=12,
            tail=0,
            rate=_RATE,
            size=_SIZE,
            provider="slate",
            model="slate",
            look="card",
            previs=True,
            cost=Decimal("0.10"),
            wish="wish",
            start=Fraction(3, 2),
        ),
    )


def test_the_sidecar_says_how_the_take_came_about(library: Library) -> None:
    _keep(_store(library), take=1)
    written = json.loads((library.folder / "takes/SH0010/t01/take.json").read_text())
    assert next(iter(written)) == "schema"
    assert written["schema"] == "Take.1"
    assert written["cost"] == "0.10"
    assert written["request"] == _request(take=1).digest()
    assert written["created"] == "2030-01-02T00:00:00Z"
    assert written["policies"] == ["scale"]
    assert written["sha256"] == {
        "original": hashlib.sha256(b"original").hexdigest(),
        "conformed": hashlib.sha256(b"movie").hexdigest(),
    }


def test_keeping_a_take_twice_changes_nothing(library: Library) -> None:
    path = _keep(_store(library), take=1)
    sidecar = (path.parent / "take.json").read_bytes()
    delivery = Delivery(frames=60, rate=_RATE, size=_SIZE, codec="prores_lt", reel=path.stem)
    _store(library).keep_take(
        _request(take=1), delivery=delivery, conformed=_conformed(b"movie"), provider="slate", cost=Decimal("0.10")
    )
    assert (path.parent / "take.json").read_bytes() == sidecar


def test_the_store_promises_one_name_until_the_take_is_kept(library: Library) -> None:
    store = _store(library)
    first = store.conformed("SH0010", take=1)
    first.write_bytes(b"half")
    assert store.conformed("SH0010", take=1) == first


def test_nothing_is_made_in_the_place_of_a_library_that_is_gone(library: Library) -> None:
    store = _store(library)
    library.folder.rename(library.folder.with_name("elsewhere"))
    for ask in (store.original, store.conformed):
        with pytest.raises(LibraryError, match="not there any more"):
            ask("SH0010", take=1)
    assert not library.folder.exists()


def test_a_name_never_gets_other_bytes(library: Library) -> None:
    first = _keep(_store(library), take=1)
    second = _keep(_store(library), take=1, content=b"another conform")
    third = _store(library).conformed("SH0010", take=1)
    assert (first.read_bytes(), second.name) == (b"movie", "HARBOR7K2Q_SH0010_t01_c2.mov")
    assert third.name == "HARBOR7K2Q_SH0010_t01_c3.mov"
    assert library.takes("SH0010")[0].path.endswith("_t01_c2.mov")


def test_where_the_same_bytes_lie_under_an_earlier_name_nothing_of_the_new_one_stays(library: Library) -> None:
    first = _store(library).conformed("SH0010", take=1)
    first.write_bytes(b"movie")
    first.with_suffix(".xmp").write_bytes(b"xmp")
    store = _store(library)
    second = store.conformed("SH0010", take=1)
    second.write_bytes(b"movie")
    second.with_suffix(".xmp").write_bytes(b"xmp")
    beside = (f"{second.stem}.xmp", "proxy.mp4")
    store.keep_take(
        _request(take=1),
        delivery=Delivery(frames=60, rate=_RATE, size=_SIZE, codec="prores_lt", reel="R"),
        conformed=replace(_conformed(b"movie"), beside=beside),
        provider="slate",
        cost=Decimal(0),
    )
    [file] = library.take_files("SH0010")
    assert (file.path.rpartition("/")[2], file.beside) == (first.name, (f"{first.stem}.xmp", "proxy.mp4"))
    assert not list(first.parent.glob("*_c2*"))


def test_a_frame_that_was_sent_in_another_size_is_kept_as_it_was_sent(library: Library) -> None:
    store = _store(library)
    path = store.conformed("SH0010", take=1)
    path.write_bytes(b"movie")
    beside = Beside(before=b"seen", after=b"both", made_from=(True, True), sent=(b"sent", b"both"))
    store.keep_take(
        _request(take=1),
        delivery=Delivery(frames=60, rate=_RATE, size=_SIZE, codec="prores_lt", reel="R", beside=beside),
        conformed=_conformed(b"movie"),
        provider="slate",
        cost=Decimal(0),
    )
    [file] = library.take_files("SH0010")
    there = {name: hashlib.sha256((path.parent / name).read_bytes()).hexdigest() for name in file.frames_sent}
    assert there == dict(file.frames_sent)
    assert set(there) == {"sent_in.png", "boundary_out.png"}
    assert (path.parent / "boundary_in.png").read_bytes() == b"seen"


def test_what_a_crash_left_without_a_record_keeps_its_bytes(library: Library) -> None:
    left = _store(library).conformed("SH0010", take=1)
    left.write_bytes(b"never recorded")
    path = _keep(_store(library), take=1)
    assert (left.read_bytes(), path.name) == (b"never recorded", "HARBOR7K2Q_SH0010_t01_c2.mov")
    assert library.takes("SH0010")[0].path.endswith("_t01_c2.mov")


def test_what_a_crash_left_is_taken_when_the_new_conform_is_the_same(library: Library) -> None:
    left = _store(library).conformed("SH0010", take=1)
    left.write_bytes(b"movie")
    _keep(_store(library), take=1, content=b"movie")
    (take,) = library.takes("SH0010")
    assert library.media_of(take) == left.absolute()
    assert [each.name for each in left.parent.glob("*.mov")] == [left.name]


def test_a_take_whose_bytes_are_not_there_is_not_recorded(library: Library) -> None:
    delivery = Delivery(frames=60, rate=_RATE, size=_SIZE, codec="prores_lt", reel="x")
    with pytest.raises(LibraryError, match="not in the library"):
        _store(library).keep_take(
            _request(take=1), delivery=delivery, conformed=_conformed(b"movie"), provider="slate", cost=Decimal(0)
        )
    assert not _store(library).has_take("SH0010", take=1)


def test_an_original_of_any_kind_is_found_and_not_asked_for_again(library: Library) -> None:
    store = _store(library)
    bought = store.original("SH0010", take=1).with_suffix(".webm")
    bought.write_bytes(b"bought")
    assert store.original("SH0010", take=1) == bought


def _keep_parts(store: Store, *contents: bytes) -> list[Path]:
    """A take of several clips; the paths of its originals."""
    originals = [store.original("SH0010", take=1, part=part) for part in range(1, len(contents) + 1)]
    for path, content in zip(originals[1:], contents[1:], strict=True):
        path.write_bytes(content)
    _keep(store, take=1)
    originals[0].write_bytes(contents[0])
    return originals


def test_the_clips_of_a_long_take_lie_beside_each_other(library: Library) -> None:
    originals = [_store(library).original("SH0010", take=1, part=part) for part in (1, 2, 3, 12)]
    names = ["original.mp4", "original_2.mp4", "original_3.mp4", "original_12.mp4"]
    assert [path.name for path in originals] == names
    assert {path.parent for path in originals} == {library.layout.take_folder("SH0010", take=1)}


@pytest.mark.parametrize(
    "name",
    [
        "original.json",
        "original_2.json",
        "original_of_ab12cd34.mp4",
        "original_of_12345678.mp4",
        "original_2_of_ab12cd34.mp4",
        "original_20.mp4",
        "original_2.mp4.tmp",
        "original_02.mp4",
        "original_2024.mp4",
        ".pickup-1.part.mp4",
        "boundary_in.png",
    ],
)
def test_notes_and_clips_that_were_set_aside_are_no_originals(library: Library, name: str) -> None:
    store = _store(library)
    folder = store.original("SH0010", take=1).parent
    (folder / name).write_bytes(b"something else")
    assert store.original("SH0010", take=1) == folder / "original.mp4"
    assert store.original("SH0010", take=1, part=2) == folder / "original_2.mp4"
    bought = folder / "original_2.webm"
    bought.write_bytes(b"bought")
    assert store.original("SH0010", take=1, part=2) == bought


def test_the_sidecar_names_all_clips_of_a_take_in_order(library: Library) -> None:
    store = _store(library)
    folder = store.original("SH0010", take=1).parent
    (folder / "original_2.json").write_text('{"look": "notes"}')
    (folder / "original_2_of_ab12cd34.mp4").write_bytes(b"set aside")
    contents = [b"original", *(f"part {part}".encode() for part in range(2, 12))]
    originals = _keep_parts(store, *contents)
    file = library.take_file("SH0010", take=1)
    assert file is not None
    assert file.original == library.layout.relative(originals[0])
    assert file.sha256.original == hashlib.sha256(b"original").hexdigest()
    assert [(part.path, part.sha256) for part in file.more_originals] == [
        (library.layout.relative(path), hashlib.sha256(content).hexdigest())
        for path, content in zip(originals[1:], contents[1:], strict=True)
    ]
    assert library.findings(thoroughly=True) == ()


def test_a_sidecar_from_before_takes_had_several_clips_is_read(library: Library) -> None:
    _keep(_store(library), take=1)
    sidecar = library.folder / "takes/SH0010/t01/take.json"
    written = json.loads(sidecar.read_text())
    assert written.pop("more_originals") == []
    sidecar.write_text(json.dumps(written))
    file = library.take_file("SH0010", take=1)
    assert file is not None
    assert file.more_originals == ()
    assert library.findings(thoroughly=True) == ()


def test_a_second_original_that_changed_or_is_gone_is_found_by_the_thorough_check(library: Library) -> None:
    first, second, third = _keep_parts(_store(library), b"original", b"second", b"third")
    third.unlink()
    assert library.findings() == ()
    [gone] = library.findings(thoroughly=True)
    assert (gone.code, gone.message) == (
        "ORIGINAL_MISSING",
        "original_3.mp4 is not there; the take itself is whole",
    )
    second.write_bytes(b"SECOND")
    first.unlink()
    [changed] = library.findings(thoroughly=True)
    assert (changed.code, changed.message) == ("ORIGINAL_CHANGED", "original_2.mp4 is not what the provider gave")


def test_a_second_original_outside_the_library_is_not_read(library: Library) -> None:
    _keep_parts(_store(library), b"original", b"second")
    sidecar = library.folder / "takes/SH0010/t01/take.json"
    written = json.loads(sidecar.read_text())
    written["more_originals"][0]["path"] = "../../etc/passwd"
    sidecar.write_text(json.dumps(written))
    assert [finding.code for finding in library.findings(thoroughly=True)] == ["TAKE_DAMAGED"]


def test_a_removed_take_takes_all_its_clips_with_it(library: Library) -> None:
    originals = _keep_parts(_store(library), b"original", b"second", b"third")
    library.remove_take("SH0010", take=1)
    assert [path.name for path in originals[0].parent.iterdir()] == ["removed.json"]


def test_the_clips_of_a_take_that_lies_elsewhere_are_checked_there(library: Library, tmp_path: Path) -> None:
    [first, *_others] = _keep_parts(_store(library), b"original", b"second")
    disk = first.parent.rename(tmp_path / "disk")
    media = disk / "HARBOR7K2Q_SH0010_t01.mov"
    known = library.remember_places({("SH0010", 1): media})
    assert known.findings(thoroughly=True) == ()
    (disk / "original_2.mp4").write_bytes(b"other")
    assert [finding.code for finding in known.findings(thoroughly=True)] == ["ORIGINAL_CHANGED"]


@pytest.mark.parametrize("damage", ["missing", "short", "unreadable sidecar"])
def test_a_take_that_is_not_whole_is_not_had(library: Library, damage: str) -> None:
    path = _keep(_store(library), take=1)
    assert _store(library).has_take("SH0010", take=1)
    if damage == "missing":
        path.unlink()
    elif damage == "short":
        path.write_bytes(b"mov")
    else:
        (path.parent / "take.json").write_text("{")
    assert not _store(library).has_take("SH0010", take=1)
    assert library.check_take("SH0010", take=1) is not None
    assert library.circled("SH0010") is None


@pytest.mark.parametrize(
    "change",
    [
        {"path": "../../../etc/passwd"},
        {"path": "/etc/passwd"},
        {"path": "C:/a.mov"},
        {"rate": "24/0"},
        {"rate": "17.3"},
        {"frames": 12},
        {"frames": "sixty"},
        {"shot": "SH0020"},
        {"cost": "NaN"},
        {"schema": "Take.2"},
    ],
)
def test_a_damaged_sidecar_is_a_finding_and_its_neighbours_stay(library: Library, change: dict[str, object]) -> None:
    store = _store(library)
    _keep(store, take=1)
    _keep(store, take=2)
    sidecar = library.folder / "takes/SH0010/t01/take.json"
    sidecar.write_text(json.dumps({**json.loads(sidecar.read_text()), **change}))
    assert [take.number for take in library.takes("SH0010")] == [2]
    (finding,) = library.findings()
    assert finding.code in ("TAKE_DAMAGED", "TAKE_MISPLACED")
    assert finding.where == "SH0010 take 1"


def test_a_folder_without_a_sidecar_is_found_by_the_check_and_keeps_its_number(library: Library) -> None:
    library.layout.take_folder("SH0010", take=4).mkdir(parents=True)
    assert library.takes("SH0010") == ()
    assert library.next_take("SH0010") == 5
    assert [finding.code for finding in library.findings()] == ["TAKE_NOT_RECORDED"]


def test_other_bytes_of_the_same_length_are_found_by_the_thorough_check(library: Library) -> None:
    path = _keep(_store(library), take=1)
    path.write_bytes(b"MOVIE")
    assert library.check_take("SH0010", take=1) is None
    finding = library.check_take("SH0010", take=1, thoroughly=True)
    assert finding is not None
    assert finding.code == "TAKE_CHANGED"


def test_an_original_that_changed_is_found_by_the_thorough_check(library: Library) -> None:
    path = _keep(_store(library), take=1)
    assert library.findings(thoroughly=True) == ()
    (path.parent / "original.mp4").write_bytes(b"other")
    assert [finding.code for finding in library.findings(thoroughly=True)] == ["ORIGINAL_CHANGED"]


def test_the_lowest_whole_take_is_circled_until_a_person_chooses(library: Library) -> None:
    store = _store(library)
    _keep(store, take=1).unlink()
    _keep(store, take=2)
    _keep(store, take=3)
    assert _circled(library) == 2
    assert library.circle("SH0010", take=3) == 2
    assert _circled(library) == 3
    assert library.circle("SH0010", take=2) == 3


def test_a_choice_whose_file_is_gone_shows_nothing_in_its_place(library: Library) -> None:
    store = _store(library)
    _keep(store, take=1)
    second = _keep(store, take=2)
    library.circle("SH0010", take=2)
    second.unlink()
    assert library.circled("SH0010") is None
    assert [finding.code for finding in library.findings()] == ["TAKE_MISSING", "CIRCLED_TAKE_MISSING"]


def test_a_take_that_does_not_exist_cannot_be_circled(library: Library) -> None:
    _keep(_store(library), take=1)
    with pytest.raises(LibraryError, match="take 9 of SH0010 cannot be circled") as caught:
        library.circle("SH0010", take=9)
    assert caught.value.next_step == "choose one of its takes: 1"


def test_a_shot_is_named_in_any_case_and_an_unknown_one_hears_which_there_are(library: Library) -> None:
    _keep(_store(library), take=1)
    assert library.shot_named("sh0010") == "SH0010"
    with pytest.raises(LibraryError, match="no shot SH0099") as caught:
        library.shot_named("SH0099")
    assert caught.value.next_step == "its shots are: SH0010"


def test_a_file_where_a_take_belongs_is_named_with_what_to_do(library: Library) -> None:
    in_the_way = library.layout.take_folder("SH0010", take=1)
    in_the_way.parent.mkdir(parents=True)
    in_the_way.write_text("mine")
    with pytest.raises(LibraryError, match="a folder is needed where the file t01 stands") as caught:
        _store(library).original("SH0010", take=1)
    assert caught.value.where == str(in_the_way)
    assert "move that file away" in caught.value.next_step
    assert in_the_way.read_text() == "mine"


def test_all_shots_are_listed_in_order_of_their_codes(library: Library) -> None:
    for shot in ("SH0020", "ABC_010_0020", "SH0010"):
        library.layout.take_folder(shot, take=1).mkdir(parents=True)
    (library.layout.takes / ".DS_Store").touch()
    assert library.all_shots() == ("ABC_010_0020", "SH0010", "SH0020")


def test_leftovers_of_interrupted_writes_are_removed_and_nothing_else(library: Library, tmp_path: Path) -> None:
    folder = library.layout.take_folder("SH0010", take=1)
    folder.mkdir(parents=True)
    old, young, foreign = (folder / name for name in (".pickup-1.part.mov", ".pickup-2.part.mov", "x.part"))
    elsewhere = tmp_path / ".pickup-3.part.mov"
    for path in (old, young, foreign, elsewhere):
        path.touch()
    for path in (old, foreign, elsewhere):
        os.utime(path, (1, 1))
    (library.layout.take_folder("SH0010", take=2)).symlink_to(tmp_path, target_is_directory=True)
    assert library.remove_leftovers("harbor", shots=["SH0010"]) == 1
    assert not old.exists()
    assert all(path.exists() for path in (young, foreign, elsewhere))


def test_a_request_for_another_model_is_no_previs(library: Library) -> None:
    store = _store(library)
    path = store.conformed("SH0010", take=1)
    path.write_bytes(b"movie")
    store.keep_take(
        replace(_request(take=1), model="wan"),
        delivery=Delivery(frames=60, rate=_RATE, size=_SIZE, codec="prores_hq", reel=path.stem),
        conformed=_conformed(b"movie"),
        provider="studio",
        cost=Decimal("1E+1"),
    )
    (take,) = library.takes("SH0010")
    assert (take.previs, take.cost) == (False, Decimal(10))


def _circled(library: Library) -> int | None:
    take = library.circled("SH0010")
    return None if take is None else take.number
