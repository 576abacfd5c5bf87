"""Every call of Premiere and UXP is compared with Adobe's types, in the panel and in what stands in for them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent

CALLS = {  # what is right, where, and what is written in its place
    "converter.exportAsOpenTimelineIO(": ("src/send.js", "converter.exportAsOpenTimelineIo("),
    "converter.exportAsFinalCutProXML(": ("src/send.js", "converter.exportAsFinalCutProXml("),
    "sequence.getFrameSize()": ("src/send.js", "sequence.getSize()"),
    "sequence.getTimebase()": ("src/send.js", "sequence.getTimeBase()"),
    "project.getActiveSequence()": ("src/send.js", "project.activeSequence()"),
    "premiere.Application.version": ("src/send.js", "premiere.Application.versions"),
    "project.importFiles([xml], true, bin.item, false)": ("src/receive.js", "project.importFiles(xml, true, bin.item)"),
    "project.setActiveSequence(sequence)": ("src/receive.js", "project.setActiveSequence(sequence.name)"),
    "each.guid.toString()": ("src/receive.js", "each.guide.toString()"),
    "project.getRootItem()": ("src/bin.js", "project.rootItem()"),
    "root.getItems()": ("src/bin.js", "root.getChildren()"),
    "project.lockedAccess(": ("src/bin.js", "project.lockAccess("),
    "project.executeTransaction(": ("src/bin.js", "project.transaction("),
    "transaction.addAction(": ("src/bin.js", "transaction.add("),
    "root.createBinAction(NAME, false)": ("src/bin.js", "root.createBinAction(NAME)"),
    "?.getMediaFilePath()": ("src/bin.js", "?.getMediaPath()"),
    "premiere.ProjectItem.TYPE_BIN": ("src/bin.js", "premiere.ProjectItem.TYPE_FOLDER"),
    "premiere.FolderItem.cast(": ("src/bin.js", "premiere.FolderItem.from("),
    "folder.getEntry(": ("src/files.js", "folder.entry("),
    "folder.createFile(name, { overwrite: true })": ("src/files.js", "folder.createFile(name, { replace: true })"),
    "folder.renameEntry(file, name,": ("src/files.js", "folder.rename(file, name,"),
    "file.read({})": ("src/files.js", "file.readText({})"),
    "file.write(text, {})": ("src/files.js", "file.write(7, {})"),
    "file.getMetadata()": ("src/files.js", "file.metadata()"),
    "metadata.size": ("src/files.js", "metadata.length"),
    "?.delete()": ("src/files.js", "?.remove()"),
    "this._fileSystem.getFolder({})": ("src/folder.js", "this._fileSystem.chooseFolder({})"),
    "this._fileSystem.createPersistentToken(folder)": ("src/folder.js", "this._fileSystem.createToken(folder)"),
    "this._fileSystem.getEntryForPersistentToken(token)": ("src/folder.js", "this._fileSystem.getEntryForToken(token)"),
    "this._memory.removeItem(key)": ("src/folder.js", "this._memory.delete(key)"),
    "storage.localFileSystem": ("main.js", "storage.fileSystem"),
    "hide: () => session.hide()": ("main.js", "hidden: () => session.hide()"),
    "theme.getCurrent()": ("main.js", "theme.current()"),
    'page.createElement("button")': ("src/view.js", 'page.create("button")'),
    "element.textContent = text": ("src/view.js", "element.textContents = text"),
    "parent.removeChild(parent.firstChild)": ("src/view.js", "parent.remove(parent.firstChild)"),
}

CALLS_BEFORE_OTHERS = {  # what these answer has no type once they are misspelt, and later calls are not seen
    "Project.getActiveProject()": ("src/host.js", "Project.getCurrentProject()"),
    "entrypoints.setup(": ("main.js", "entrypoints.set("),
}


@pytest.fixture
def copied(panel: Path, tmp_path: Path) -> Path:
    """The panel and its tests, in their places below another folder."""
    shutil.copytree(panel, tmp_path / "adapters" / "premiere")
    tests = tmp_path / "tests" / "adapters" / "premiere"
    shutil.copytree(HERE, tests, ignore=shutil.ignore_patterns("node_modules", "__pycache__", ".install.lock"))
    (tests / "node_modules").symlink_to(HERE / "node_modules", target_is_directory=True)
    return tmp_path


def check(root: Path, node: str) -> tuple[int, str]:
    tests = root / "tests" / "adapters" / "premiere"
    command = [
        node,
        str(HERE / "node_modules/typescript/bin/tsc"),
        "-p",
        str(tests / "tsconfig.json"),
        "--pretty",
        "false",
    ]
    done = subprocess.run(command, cwd=tests, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


def replace(file: Path, right: str, wrong: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert right in text, right
    file.write_text(text.replace(right, wrong), encoding="utf-8")


def test_the_panel_and_the_stand_in_call_what_adobe_describes(node: str) -> None:
    code, output = check(HERE.parents[2], node)
    assert code == 0, output


def test_every_file_of_the_panel_is_checked(panel: Path, node: str) -> None:
    command = [node, "node_modules/typescript/bin/tsc", "-p", "tsconfig.json", "--listFilesOnly"]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=60, check=True)
    checked = {Path(os.path.realpath(line)) for line in done.stdout.splitlines()}
    wanted = {*panel.rglob("*.js"), *HERE.glob("stand_in/*.js"), *HERE.glob("modules/*.js")}
    assert len(wanted) > 20
    assert {path.resolve() for path in wanted} <= checked


@pytest.mark.parametrize("calls", [CALLS, CALLS_BEFORE_OTHERS], ids=["most", "first"])
def test_a_misspelt_call_is_found_wherever_it_stands(
    copied: Path, node: str, calls: dict[str, tuple[str, str]]
) -> None:
    panel = copied / "adapters" / "premiere"
    places = {}
    for right, (name, wrong) in calls.items():
        replace(panel / name, right, wrong)
        lines = (panel / name).read_text(encoding="utf-8").splitlines()
        places[right] = {(name, number) for number, line in enumerate(lines, start=1) if wrong in line}
    code, output = check(copied, node)
    assert code != 0
    found = {
        (each["name"], int(each["line"]))
        for each in re.finditer(r"adapters/premiere/(?P<name>(?:src/)?\w+\.js)\((?P<line>\d+),", output)
    }
    missed = [right for right, wanted in places.items() if not wanted & found]
    assert not missed, output


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("premiere.js", "getTimebase: async () =>", "getTimeBase: async () =>"),
        ("premiere.js", "return cut.timebase;", "return Number(cut.timebase);"),
        (
            "premiere.js",
            "importFiles: async (paths, suppressUI,",
            "importFiles: async (paths, /** @type {string} */ suppressUI,",
        ),
        ("disk.js", "isFolder: true,", "isFolderEntry: true,"),
        ("disk.js", "createPersistentToken: async", "createToken: async"),
    ],
)
def test_a_stand_in_that_is_not_like_the_original_is_found(
    copied: Path, node: str, name: str, right: str, wrong: str
) -> None:
    replace(copied / "tests/adapters/premiere/stand_in" / name, right, wrong)
    code, output = check(copied, node)
    assert code != 0
    assert f"stand_in/{name}(" in output, output


def test_nothing_is_hidden_from_the_type_checker(panel: Path) -> None:
    for path in (*panel.rglob("*.js"), *HERE.glob("stand_in/*.js"), *HERE.glob("*.d.ts")):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"@ts-|eslint-disable|\bany\b(?=[\s]*[}\])|,;>])|\{\*\}|\{Function\}", text), path
        assert not re.search(r"\[(\"|'|`)\w+\1\]\(", text), f"{path} calls a method by a text"


def test_types_are_strict() -> None:
    options = (HERE / "tsconfig.json").read_text(encoding="utf-8")
    assert '"strict": true' in options
    assert '"checkJs": true' in options
