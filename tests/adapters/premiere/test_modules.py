"""The modules of the panel against a disk and a Premiere that stand in for the real ones, by Node's own test runner."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pickup.fill.sent import read_sent
from pickup.watch.files import FileState, Standing, WatchedFile
from pickup.watch.status import FolderStanding, WatcherState

HERE = Path(__file__).parent
MODULES = sorted((HERE / "modules").glob("*.test.js"))

SEND = """
const { Folders } = require("../../../adapters/premiere/src/folder.js");
const { send } = require("../../../adapters/premiere/src/send.js");
const { Room } = require("./stand_in/room.js");
const room = new Room().chosen();
const host = room.host();
send(host, new Folders(host)).then(() => console.log(JSON.stringify([...room.disk.files])));
"""

READ_STATUS = """
const { readStatus } = require("../../../adapters/premiere/src/documents.js");
let text = "";
process.stdin.on("data", (part) => (text += part)).on("end", () => console.log(JSON.stringify(readStatus(text))));
"""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.name).removesuffix(".test.js"))
def test_the_modules_do_what_their_tests_say(node: str, path: Path) -> None:
    command = [node, "--test", "--test-reporter=tap", str(path)]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n# pass 0\n" not in done.stdout


def test_the_watcher_reads_the_sidecar(node: str, tmp_path: Path) -> None:
    done = subprocess.run([node, "-e", SEND], cwd=HERE, capture_output=True, text=True, timeout=60, check=True)
    for path, text in json.loads(done.stdout):
        (tmp_path / Path(path).name).write_text(text)
    found, wrong = read_sent(tmp_path / "Reel_1.otio")
    assert not wrong
    assert found is not None
    assert (found.sender, found.size, found.rate) == ("Adobe Premiere 26.3.0", (1920, 1080), "23.976")


def test_the_panel_reads_what_the_watcher_writes(node: str) -> None:
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    standing = Standing(
        state=FileState.HELD, since=moment, message="version 2", cut="reel1", version=2, held=(("SH0020", "no brief"),)
    )
    status = FolderStanding(
        folder=Path("/edit/in"),
        pid=7,
        host="studio",
        since=moment,
        updated=moment,
        state=WatcherState.AWAY,
        files=[WatchedFile(name="reel1.otio", standing=standing)],
        spent_today=None,
        budget_per_day=None,
        problems=("look here",),
    )
    said = json.dumps(status.document())
    done = subprocess.run(
        [node, "-e", READ_STATUS], cwd=HERE, input=said, capture_output=True, text=True, timeout=60, check=True
    )
    read = json.loads(done.stdout)
    assert (read["watcher"], read["computer"], read["problems"]) == ("away", "studio", ["look here"])
    assert read["updated"] == moment.timestamp() * 1000
    (file,) = read["files"]
    assert (file["file"], file["state"], file["cut"], file["version"]) == ("reel1.otio", "held", "reel1", 2)
    assert file["held"] == [{"shot": "SH0020", "why": "no brief"}]
