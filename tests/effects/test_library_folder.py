import dataclasses
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pickup.errors import LibraryError
from pickup.library import Library
from pickup.library.codes import assign_codes
from pickup.library.sidecars import SeenShot
from pickup.library.versions import latest, next_version, versions
from pickup.match import Sighting

_ID = "7K2QN5XWPL3ABCDE"


def _library(folder: Path, *, tag: str | None = None) -> Library:
    return Library.at(folder / "pickup", tag=tag, new_id=lambda: _ID)


def _sighting(shot: str, *, cut: str = "harbor", hole: str = "h1") -> Sighting:
    return Sighting(
        shot=shot,
        cut=cut,
        hole=hole,
        words="a boat",
        before="a.mov@48",
        after="b.mov@0",
        start=48,
        end=96,
        rate="24/1",
        track="Video 1",
        wish="w",
    )


def test_opening_a_library_and_asking_it_writes_nothing(tmp_path: Path) -> None:
    library = _library(tmp_path)
    assert not library.exists
    assert library.cut_name(tmp_path / "harbor_v3.otio") == "harbor"
    assert library.sightings("harbor") == ()
    assert library.codes == frozenset()
    assert library.all_shots() == ()
    assert library.takes("SH0010") == ()
    assert library.findings() == ()
    assert library.circled("SH0010") is None
    assert list(tmp_path.iterdir()) == []


def test_a_library_without_commits_has_no_tag_and_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="no library here") as caught:
        _ = _library(tmp_path).tag
    assert "--library" in caught.value.next_step


@pytest.mark.parametrize(
    ("wished", "cut", "tag"),
    [
        (None, "harbor_v3.otio", "HARBOR7K2Q"),
        ("Harbor at dawn", "x.otio", "HARBORAT7K2Q"),
        (None, "Été 2.otio", "ETE7K2Q"),
        (None, "日本.otio", "PICKUP7K2Q"),
    ],
)
def test_the_tag_is_given_with_the_first_cut(tmp_path: Path, wished: str | None, cut: str, tag: str) -> None:
    library = _library(tmp_path, tag=wished)
    library.claim_cut(tmp_path / cut)
    assert library.tag == tag


def test_the_tag_stays_for_life(tmp_path: Path) -> None:
    _library(tmp_path).claim_cut(tmp_path / "harbor.otio")
    later = Library.at(tmp_path / "pickup", tag="OTHER")
    later.claim_cut(tmp_path / "reel.otio")
    assert (later.tag, later.id) == ("HARBOR7K2Q", _ID)


@pytest.mark.parametrize(
    ("timeline", "cut"),
    [
        ("harbor.otio", "harbor"),
        ("harbor_v12.otio", "harbor"),
        ("harbor 3.otio", "harbor"),
        ("Harbor Cut v2 7.otio", "Harbor_Cut"),
        ("harbor_v001.resolve.otio", "harbor"),
        ("v12.otio", "v12"),
        ("reel1.otio", "reel1"),
    ],
)
def test_a_cut_is_named_after_its_file_without_the_version(tmp_path: Path, timeline: str, cut: str) -> None:
    assert _library(tmp_path).cut_name(tmp_path / timeline) == cut


def test_versions_of_one_stem_in_one_folder_are_one_cut_and_another_folder_is_another(tmp_path: Path) -> None:
    library = _library(tmp_path)
    assert library.claim_cut(tmp_path / "harbor_v1.otio") == "harbor"
    assert library.claim_cut(tmp_path / "harbor_v2.otio") == "harbor"
    assert library.claim_cut(tmp_path / "export" / "harbor_v1.otio") == "harbor-2"
    assert library.claim_cut(tmp_path / "other" / "Harbor.otio") == "Harbor-3"
    assert library.cut_name(tmp_path / "export" / "harbor_v9.otio") == "harbor-2"


def test_the_library_names_its_owners_relative_to_itself_and_begins_with_its_schema(tmp_path: Path) -> None:
    _library(tmp_path).claim_cut(tmp_path / "harbor.otio")
    text = (tmp_path / "pickup" / "library.json").read_text()
    assert text.startswith('{\n  "schema": "Library.1",')
    assert json.loads(text)["cuts"] == {"harbor": {"folder": "..", "stem": "harbor"}}


def test_a_library_that_moved_with_its_project_knows_its_cuts(tmp_path: Path) -> None:
    before, after = tmp_path / "a", tmp_path / "b"
    before.mkdir()
    _library(before).claim_cut(before / "harbor.otio")
    before.rename(after)
    assert _library(after).cut_name(after / "harbor_v2.otio") == "harbor"


def test_fields_of_a_newer_version_survive_a_change(tmp_path: Path) -> None:
    library = _library(tmp_path)
    library.claim_cut(tmp_path / "harbor.otio")
    index = library.layout.index
    index.write_text(json.dumps({**json.loads(index.read_text()), "future": [1]}))
    library.claim_cut(tmp_path / "reel.otio")
    assert json.loads(index.read_text())["future"] == [1]


@pytest.mark.parametrize("content", ["{", '{"schema": "Library.2", "id": "7K2Q", "tag": "A"}', "[]", '{"tag": "A"}'])
def test_a_damaged_library_is_an_error_that_names_the_file(tmp_path: Path, content: str) -> None:
    library = _library(tmp_path)
    library.folder.mkdir()
    library.layout.index.write_text(content)
    with pytest.raises(LibraryError, match=r"library\.json is damaged") as caught:
        _ = library.tag
    assert caught.value.where == str(library.layout.index)


def test_what_was_committed_is_seen_again(tmp_path: Path) -> None:
    library = _library(tmp_path)
    library.claim_cut(tmp_path / "harbor.otio")
    sightings = (_sighting("SH0010"), _sighting("SH0020", hole="h2"))
    assert library.commit("harbor", sightings=sightings, new_codes=["SH0010", "SH0020"]) == frozenset()
    assert library.sightings("harbor") == sightings
    assert library.sightings("other") == ()
    assert library.codes == {"SH0010", "SH0020"}


def test_everything_that_identity_compares_is_written() -> None:
    assert set(SeenShot.model_fields) == {field.name for field in dataclasses.fields(Sighting)}


def test_a_shot_that_the_cut_lost_is_remembered_and_one_that_moved_is_replaced(tmp_path: Path) -> None:
    library = _library(tmp_path)
    library.claim_cut(tmp_path / "harbor.otio")
    lost, moved = _sighting("SH0010"), _sighting("SH0020", hole="h2")
    library.commit("harbor", sightings=[lost, moved], new_codes=["SH0010", "SH0020"])
    new = _sighting("SH0020", hole="h9")
    library.commit("harbor", sightings=[new], new_codes=[])
    assert library.sightings("harbor") == (lost, new)


def test_a_code_that_another_run_was_given_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    library = _library(tmp_path)
    library.claim_cut(tmp_path / "harbor.otio")
    library.claim_cut(tmp_path / "reel.otio")
    library.commit("harbor", sightings=[_sighting("SH0010")], new_codes=["SH0010"])
    before = library.layout.index.read_bytes()
    clash = library.commit("reel", sightings=[_sighting("SH0010", cut="reel")], new_codes=["SH0010"])
    assert clash == {"SH0010"}
    assert library.layout.index.read_bytes() == before


def test_runs_at_the_same_time_lose_none_of_each_others_codes(tmp_path: Path) -> None:
    library = _library(tmp_path)
    together = threading.Barrier(4)

    def fill(number: int) -> str:
        cut = library.claim_cut(tmp_path / f"reel{number}.otio")
        together.wait()
        while True:
            (code,) = assign_codes([None], given=library.codes)
            if not library.commit(cut, sightings=[_sighting(code, cut=cut)], new_codes=[code]):
                return code

    with ThreadPoolExecutor(max_workers=4) as runs:
        codes = list(runs.map(fill, range(4)))
    assert sorted(codes) == ["SH0010", "SH0020", "SH0030", "SH0040"]
    assert library.codes == set(codes)
    assert len(library.sightings()) == 4


def test_versions_are_counted_from_the_files(tmp_path: Path) -> None:
    cut = _library(tmp_path).cut_folder("harbor")
    assert (latest(cut), next_version(cut)) == (None, 1)
    cut.folder.mkdir(parents=True)
    for version, flavor in ((1, "resolve"), (1, "fcp7"), (3, "otio")):
        cut.timeline(version, flavor=flavor).touch()
    (cut.folder / "harbor_v9").touch()
    (cut.folder / "harbor_v001.resolve.otio.bak~").touch()
    assert versions(cut) == (1, 3)
    assert (latest(cut), next_version(cut)) == (3, 4)
    assert sorted(each.name for each in cut.folder.glob("*_v00*"))[:2] == [
        "harbor_v001.resolve.otio",
        "harbor_v001.resolve.otio.bak~",
    ]


def test_a_shot_code_that_is_no_file_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="cannot be a shot code"):
        _library(tmp_path).takes("../../etc")
