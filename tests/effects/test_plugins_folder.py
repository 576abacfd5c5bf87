"""Plug-ins come and go in real folders: nothing of anybody else's is touched, and a run that was stopped goes on."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pickup._files import PART_PREFIX, PART_SUFFIX, write_bytes
from pickup.nle.carry_out import carry_out, remove_file
from pickup.nle.faults import PluginError
from pickup.nle.install import plan_install
from pickup.nle.record import NAME
from pickup.nle.settings import NAME as SETTINGS
from pickup.nle.settings import RECEIVED
from pickup.nle.standing import State, standing
from pickup.nle.steps import Do, Plugin, Steps
from pickup.nle.uninstall import plan_uninstall

Tree = dict[str, bytes | None]
Files = Mapping[str, bytes]

OURS = ("Send.py", "Receive.py", "pack/a.py", "pack/b.py", "pack/deep/c.py")
THEIRS = ("Other.py", "pack/mine.txt", "pack/deep/mine.txt", "elsewhere/x")
SETTING = b'{"schema": "Adapter.1", "version": "1", "folder": "/in", "library": "/in/pickup"}'

versions = st.dictionaries(st.sampled_from(OURS), st.sampled_from([b"1", b"2"]), min_size=1)
strangers = st.dictionaries(st.sampled_from(THEIRS), st.just(b"theirs"))


def tree_of(folder: Path) -> Tree:
    """Every file below a folder with its bytes, every folder with None."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def lay(folder: Path, *, files: Files) -> None:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


@contextmanager
def new_folder(files: Files) -> Iterator[tuple[Path, Path]]:
    """A place, and a plug-in's folder in it: with these files, or not there at all if there are none."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        lay(place / "Fusion" / "Utility", files=files)
        yield place, place / "Fusion" / "Utility"


def plan_for(files: Files, *, folder: Path, version: str = "1", force: bool = False) -> Steps:
    plugin = Plugin(name="resolve", title="DaVinci Resolve", label="Pickup", files=files)
    return plan_install(plugin, folder=folder, version=version, settings=SETTING, force=force)


def install(files: Files, *, folder: Path, version: str = "1", force: bool = False) -> None:
    carry_out(plan_for(files, folder=folder, version=version, force=force))


def uninstall(folder: Path, *, force: bool = False) -> None:
    carry_out(plan_uninstall("resolve", folder=folder, force=force))


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Power:
    """Goes out after so many things were done to the disk, or in the middle of the next one."""

    left: int
    after: bool

    def write(self, path: Path, content: bytes) -> None:
        self._do(lambda: write_bytes(path, content), beside=path)

    def remove(self, path: Path) -> None:
        self._do(lambda: remove_file(path))

    def _do(self, action: Callable[[], None], *, beside: Path | None = None) -> None:
        self.left -= 1
        if self.left < 0 and not self.after:
            if beside and beside.parent.is_dir():
                beside.with_name(f"{PART_PREFIX}0{PART_SUFFIX}{beside.suffix}").write_bytes(b"half")
            raise Killed
        action()
        if self.left < 0:
            raise Killed

    def carry_out(self, plan: Steps) -> bool:
        """Whether it came to the end."""
        try:
            carry_out(plan, write=self.write, remove=self.remove)
        except Killed:
            return False
        return True


@settings(max_examples=20)
@given(before=strangers, first=versions, second=versions)
def test_after_install_update_and_uninstall_everything_is_as_it_was(before: Files, first: Files, second: Files) -> None:
    with new_folder(before) as (place, folder):
        was = tree_of(place)
        install(first, folder=folder)
        install(second, folder=folder, version="2")
        assert {path: (folder / path).read_bytes() for path in OURS if (folder / path).exists()} == dict(second)
        assert not plan_for(second, folder=folder, version="2").changes
        lay(folder, files={RECEIVED: b"{}"})
        for path in second:
            if "/" in path:  # as Python leaves it behind
                compiled = Path(path).parent / "__pycache__" / f"{Path(path).stem}.cpython-311.pyc"
                lay(folder, files={compiled.as_posix(): b"compiled"})
        uninstall(folder)
        assert tree_of(place) == was


@settings(max_examples=25)
@given(before=strangers, first=versions, second=versions, left=st.integers(0, 12), after=st.booleans())
def test_stopped_anywhere_the_same_command_again_ends_as_if_it_had_not_been(
    before: Files, first: Files, second: Files, left: int, *, after: bool
) -> None:
    with new_folder(before) as (place, folder), new_folder(before) as (other_place, other):
        was, inside = tree_of(place), tree_of(folder)
        for where in (folder, other):
            install(first, folder=where)
        if not Power(left=left, after=after).carry_out(plan_for(second, folder=folder, version="2")):
            install(second, folder=folder, version="2")
        install(second, folder=other, version="2")
        assert tree_of(place) == tree_of(other_place)
        ended = Power(left=left, after=after).carry_out(plan_uninstall("resolve", folder=folder, force=False))
        if not ended and not (folder / NAME).exists():  # the record went last, only its folder can have stayed
            assert tree_of(folder) == inside
            return
        if not ended:
            uninstall(folder)
        assert tree_of(place) == was


@settings(max_examples=20)
@given(first=versions, second=versions, data=st.data())
def test_edited_files_are_kept_until_forced(first: Files, second: Files, data: st.DataObject) -> None:
    edited = data.draw(st.sets(st.sampled_from(sorted(first)), min_size=1))
    with new_folder({}) as (place, folder):
        was = tree_of(place)
        install(first, folder=folder)
        lay(folder, files=dict.fromkeys(edited, b"edited"))
        install(second, folder=folder, version="2")
        uninstall(folder)
        assert {path for path in tree_of(folder) if path in OURS} == edited
        assert all((folder / path).read_bytes() == b"edited" for path in edited)
        install(second, folder=folder, version="2", force=True)
        assert all((folder / path).read_bytes() == content for path, content in second.items())
        lay(folder, files={min(second): b"edited"})
        uninstall(folder, force=True)
        assert tree_of(place) == was


@settings(max_examples=15)
@given(files=versions, data=st.data(), force=st.booleans())
def test_files_of_the_same_name_that_pickup_did_not_install_are_refused(
    files: Files, data: st.DataObject, *, force: bool
) -> None:
    foreign = data.draw(st.sets(st.sampled_from(sorted(files)), min_size=1))
    with new_folder(dict.fromkeys(foreign, b"theirs")) as (place, folder):
        was = tree_of(place)
        with pytest.raises(PluginError) as refused:
            plan_for(files, folder=folder, force=force)
        assert all(path in refused.value.message for path in foreign)
        assert tree_of(place) == was


def test_settings_that_are_not_pickups_are_refused(tmp_path: Path) -> None:
    lay(tmp_path, files={SETTINGS: b'{"schema": "Theirs.1"}'})
    with pytest.raises(PluginError, match=SETTINGS):
        plan_for({"Send.py": b"1"}, folder=tmp_path)


def test_nothing_behind_a_link_is_touched(tmp_path: Path) -> None:
    theirs, folder = tmp_path / "theirs", tmp_path / "scripts"
    theirs.mkdir()
    folder.mkdir()
    (folder / "pack").symlink_to(theirs)
    with pytest.raises(PluginError, match=r"pack/a\.py"):
        plan_for({"pack/a.py": b"1"}, folder=folder, force=True)
    (folder / "pack").unlink()
    install({"pack/a.py": b"1", "Send.py": b"1"}, folder=folder)
    (folder / "pack").rename(theirs / "pack")
    (folder / "pack").symlink_to(theirs / "pack")
    uninstall(folder, force=True)
    assert (theirs / "pack" / "a.py").read_bytes() == b"1"
    assert not (folder / "Send.py").exists()


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (b"{", "makes no sense"),
        (b'{"schema": "Installed.2"}', "makes no sense at schema"),
        (b'{"schema": "Installed.1", "plugin": "premiere", "version": "1", "state": "installed"}', "premiere"),
    ],
)
def test_a_record_that_cannot_be_used_stops_both_ways(tmp_path: Path, record: bytes, said: str) -> None:
    lay(tmp_path, files={NAME: record})
    with pytest.raises(PluginError, match=said):
        plan_for({"Send.py": b"1"}, folder=tmp_path, force=True)
    with pytest.raises(PluginError, match=said):
        plan_uninstall("resolve", folder=tmp_path, force=True)
    assert tree_of(tmp_path) == {NAME: record}


@pytest.mark.parametrize("path", ["../theirs", "/theirs", "pack/../../theirs", r"..\theirs", "C:/theirs", ""])
def test_a_record_cannot_lead_out_of_its_folder(tmp_path: Path, path: str) -> None:
    record = {"schema": "Installed.1", "plugin": "resolve", "version": "1", "state": "installed", "files": {path: "0"}}
    lay(tmp_path / "scripts", files={NAME: json.dumps(record).encode()})
    with pytest.raises(PluginError, match="no path below its folder"):
        plan_uninstall("resolve", folder=tmp_path / "scripts", force=True)


def test_what_the_disk_refuses_is_said_with_its_place(tmp_path: Path) -> None:
    lay(tmp_path, files={"file": b""})
    for folder, said in (
        (tmp_path / "file" / "scripts", "where the file file stands"),
        (tmp_path / ("x" * 300), "refused"),
    ):
        with pytest.raises(PluginError, match=said) as refused:
            plan_for({"Send.py": b"1"}, folder=folder)
        assert refused.value.where
        assert refused.value.next_step
    plan = plan_for({"Send.py": b"1"}, folder=tmp_path / "scripts")
    lay(tmp_path, files={"scripts": b"in the way since it was planned"})
    with pytest.raises(PluginError, match="scripts"):
        carry_out(plan)


def test_it_is_told_how_an_installation_stands(tmp_path: Path) -> None:
    plugin = Plugin(name="resolve", title="DaVinci Resolve", label="Pickup", files={"Send.py": b"1", "pack/a.py": b"1"})
    newer = Plugin(name="resolve", title="DaVinci Resolve", label="Pickup", files={"Send.py": b"2", "pack/a.py": b"1"})

    def state(plugin: Plugin = plugin) -> State:
        return standing(plugin, folder=tmp_path, version="1").state

    assert state() is State.ABSENT
    plan = plan_for(plugin.files, folder=tmp_path)
    Power(left=3, after=True).carry_out(plan)
    assert not standing(plugin, folder=tmp_path, version="1").missing
    assert state() is State.DAMAGED  # the record does not say yet that all is there
    carry_out(plan)
    assert (state(), state(newer)) == (State.INSTALLED, State.STALE)
    lay(tmp_path, files={"Send.py": b"edited"})
    (tmp_path / "pack" / "a.py").unlink()
    found = standing(plugin, folder=tmp_path, version="1")
    assert (found.state, found.edited, found.missing) == (State.DAMAGED, ("Send.py",), ("pack/a.py",))
    assert found.watched
    assert plan_uninstall("resolve", folder=tmp_path, force=False).paths(Do.KEEP) == ("Send.py",)
    uninstall(tmp_path)
    assert state() is State.REMOVED
