"""`pickup report --legal` as a user calls it, on cuts that were really filled."""

from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

HOSTILE = '=HYPERLINK("http://x.example","a") <script>alert(1)</script> & nets'
DIGEST = "ab" * 32


def report(desk: Any, *arguments: object) -> Any:
    return desk.run("report", "--legal", desk.timeline, *arguments)


def sidecar(desk: Any, *, take: int = 1) -> Path:
    found: Path = desk.library / "takes" / "SH0010" / f"t{take:02d}" / "take.json"
    return found


def rewrite(desk: Any, *, take: int = 1, **fields: object) -> None:
    """Gives a take another story."""
    path = sidecar(desk, take=take)
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


class Page(HTMLParser):
    """What a browser sees: texts by tag, and whether every tag is closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.loads: list[str] = []
        self.heads: list[str | None] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        self.loads += [str(given[name]) for name in ("src", "srcset") if name in given]
        self.loads += [str(given.get("href")) for _ in [0] if tag == "link"]
        if tag == "th":
            self.heads.append(given.get("scope"))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_it_lists_every_place_that_the_newest_version_shows(filled: Any) -> None:
    answer = report(filled, "--json")
    assert answer.code == 0
    document = answer.document
    assert (document["schema"], document["report"], document["cut"]) == ("Report.1", "legal", "one_gap_24fps")
    assert (document["version"], document["rate"], document["complete"]) == (1, "24/1", True)
    [shot] = document["shots"]
    assert (shot["event"], shot["record"]) == (1, {"start": 40, "end": 70})
    assert (shot["timecode"], shot["record_out"]) == ("01:00:01:16", "01:00:02:22")
    assert (shot["shot"], shot["take"], shot["made"]) == ("SH0010", 1, "previs")
    known = json.loads(sidecar(filled).read_text())
    assert (shot["provider"], shot["model"], shot["seed"]) == (known["provider"], known["model"], known["seed"])
    assert shot["sha256"]["conformed"] == known["sha256"]["conformed"]
    assert Path(shot["path"]).is_file()
    folder = filled.library / "cuts" / "one_gap_24fps"
    assert document["outputs"] == {"csv": str(folder / "legal.csv"), "html": str(folder / "legal.html")}
    assert [row["shot"] for row in rows(folder / "legal.csv")] == ["SH0010"]


def test_a_generated_take_tells_model_prompt_references_release_licence_and_price(filled: Any) -> None:
    references = [{"name": "mara_1.png", "sha256": "cd" * 32, "release": ["releases/mara.pdf"]}]
    rewrite(
        filled,
        provider="fal",
        model="fal-ai/veo3.1/fast",
        model_version="3.1",
        previs=False,
        cost="1.20",
        negative="people",
        references=references,
        frames_sent={"boundary_in.png": DIGEST},
        c2pa=True,
        xmp=True,
    )
    [shot] = report(filled, "--json").document["shots"]
    assert (shot["made"], shot["version"], shot["cost"], shot["negative"]) == ("generated", "3.1", "1.20", "people")
    assert shot["references"][1] == {"name": "mara_1.png", "sha256": "cd" * 32, "release": ["releases/mara.pdf"]}
    assert (shot["c2pa"], shot["xmp"], shot["licence"]["terms"]) == (True, True, "https://fal.ai/terms")
    [row] = rows(filled.library / "cuts" / "one_gap_24fps" / "legal.csv")
    assert (row["cost_usd"], row["c2pa"], row["releases"]) == ("1.20", "yes", "mara.pdf")
    assert f"boundary_in.png (sha256 {DIGEST})" in row["references"]
    assert row["licence"].startswith("Each model at fal has a licence of its own")


@pytest.mark.parametrize(
    ("provider", "made", "note"),
    [
        ("manual", "by hand", "Brought by a person"),
        ("somebodys-plug-in", "generated", "not part of Pickup: read its terms"),
        ("studio-wan", "generated", "licence of the model's weights"),
    ],
)
def test_what_is_not_known_of_a_provider_is_said(filled: Any, provider: str, made: str, note: str) -> None:
    settings = Path(filled.environment["PICKUP_CONFIG"])
    settings.write_text("[providers.studio-wan]\nkind = 'openai_videos'\nprofile = 'vllm-omni'\n")
    rewrite(filled, provider=provider, model="x", previs=False)
    [shot] = report(filled, "--json").document["shots"]
    assert shot["made"] == made
    assert note in shot["licence"]["note"]
    assert shot["version"] is None
    assert (shot["seed"] is None) == (made == "by hand")


def test_a_prompt_computes_nothing_in_a_spreadsheet_and_runs_nothing_in_a_browser(filled: Any) -> None:
    rewrite(filled, prompt=HOSTILE, model="@SUM(1)")
    assert report(filled).code == 0
    folder = filled.library / "cuts" / "one_gap_24fps"
    [row] = rows(folder / "legal.csv")
    assert (row["prompt"], row["model"]) == (f"'{HOSTILE}", "'@SUM(1)")
    assert (folder / "legal.csv").read_bytes().startswith(b"\xef\xbb\xbfevent,record_in,")
    page = Page((folder / "legal.html").read_text(encoding="utf-8"))
    assert "script" not in page.tags
    assert HOSTILE in page.text


def test_the_page_loads_nothing_names_its_columns_and_says_what_it_is_not(filled: Any) -> None:
    report(filled)
    text = (filled.library / "cuts" / "one_gap_24fps" / "legal.html").read_text(encoding="utf-8")
    page = Page(text)
    assert page.open == []
    assert page.loads == []
    assert "url(" not in text
    assert '<html lang="en">' in text
    assert set(page.heads) == {"col", "row"}
    assert "caption" in page.tags
    assert "It is no legal advice" in page.text
    assert "01:00:01:16" in page.text


def test_a_shown_take_that_the_library_does_not_know_is_a_hole_in_the_sheet(filled: Any) -> None:
    sidecar(filled).unlink()
    answer = report(filled, "--json")
    assert answer.code == 1
    document = answer.document
    assert (document["schema"], document["complete"]) == ("Report.1", False)
    [finding] = document["findings"]
    assert (finding["severity"], finding["code"]) == ("error", "TAKE_NOT_RECORDED")
    [row] = rows(Path(document["outputs"]["csv"]))
    assert (row["shot"], row["provider"], row["prompt"], row["licence"]) == (
        "SH0010", "not known", "not known", "Not known.",
    )  # fmt: skip


def test_a_take_whose_file_is_missing_is_told_from_its_sidecar(filled: Any) -> None:
    known = json.loads(sidecar(filled).read_text())
    (filled.library / known["path"]).unlink()
    answer = report(filled, "--json")
    assert answer.code == 0
    assert [each["code"] for each in answer.document["findings"]] == ["TAKE_NOT_WHOLE"]
    [shot] = answer.document["shots"]
    assert shot["sha256"]["conformed"] == known["sha256"]["conformed"]
    assert "is not there" in shot["state"]


def test_a_delivered_timeline_can_be_named_itself(filled: Any) -> None:
    delivered = filled.library / "cuts" / "one_gap_24fps" / "one_gap_24fps_v001.resolve.otio"
    answer = filled.run("report", "--legal", delivered, "--library", filled.library, "--json")
    assert answer.code == 0
    assert (answer.document["cut"], answer.document["version"]) == ("one_gap_24fps", None)
    assert [each["shot"] for each in answer.document["shots"]] == ["SH0010"]


def test_what_the_editor_made_of_a_version_since_is_told_as_it_is_now(filled: Any) -> None:
    delivered = filled.library / "cuts" / "one_gap_24fps" / "one_gap_24fps_v001.otio"
    content = json.loads(delivered.read_text())
    del content["tracks"]["children"][0]["children"][0]  # the take comes earlier now
    filled.timeline.write_text(json.dumps(content))
    answer = report(filled, "--json")
    assert answer.document["version"] is None
    [shot] = answer.document["shots"]
    assert (shot["record"], shot["timecode"]) == ({"start": 0, "end": 30}, "01:00:00:00")


def test_the_sheet_can_be_written_elsewhere(filled: Any, tmp_path: Path) -> None:
    answer = report(filled, "--out", tmp_path / "to the client", "--json")
    assert Path(answer.document["outputs"]["html"]).parent == tmp_path / "to the client"
    assert sorted(each.name for each in (tmp_path / "to the client").iterdir()) == ["legal.csv", "legal.html"]
    assert not (filled.library / "cuts" / "one_gap_24fps" / "legal.csv").exists()


def test_a_cut_without_holes_has_a_sheet_that_says_so(desk: Any) -> None:
    content = json.loads(desk.timeline.read_text())
    track = content["tracks"]["children"][0]["children"]
    track[:] = [each for each in track if not each["OTIO_SCHEMA"].startswith("Gap")]
    desk.timeline.write_text(json.dumps(content))
    assert desk.run("watch", desk.folder, "--once").code == 0
    answer = report(desk)
    assert answer.code == 0
    assert "shows no generated shot" in answer.out
    page = (desk.library / "cuts" / "one_gap_24fps" / "legal.html").read_text()
    assert "It shows no generated shot." in page


def test_without_a_library_or_a_version_it_says_what_to_do(desk: Any, filled: Any) -> None:
    answer = desk.run("report", "--legal", desk.timeline, "--json")
    assert answer.code == 1
    assert answer.document["code"] == "LIBRARY"
    assert "--library" in answer.document["next"]
    other = desk.run("report", "--legal", desk.timeline, "--library", filled.library, "--json")
    assert other.code == 1
    assert "pickup fill" in other.document["next"]


def test_it_has_to_be_said_which_report(filled: Any) -> None:
    answer = filled.run("report", filled.timeline)
    assert answer.code == 2
    assert "--legal" in answer.err


def test_previs_is_found_in_every_flavor_and_a_generated_take_passes(desk: Any) -> None:
    first = desk.run("fill", desk.timeline, "--size", "160x90", "--takes", "2", "--json").document["outputs"]
    assert len(first) == 4
    for path in first.values():
        answer = desk.run("verify", path, "--against", desk.timeline, "--no-placeholders", "--json")
        assert (path, answer.code) == (path, 3)
        assert (answer.document["previs"], answer.document["holes_left"]) == (["SH0010"], [])
    rewrite(desk, take=2, previs=False)
    assert desk.run("circle", "SH0010", "2").code == 0
    second = desk.run("fill", desk.timeline, "--size", "160x90", "--json").document["outputs"]
    assert second.keys() == first.keys()
    for path in second.values():
        answer = desk.run("verify", path, "--against", desk.timeline, "--no-placeholders", "--json")
        assert (path, answer.code, answer.document["previs"]) == (path, 0, [])


def test_doctor_says_who_signs_and_makes_no_key_for_it(desk: Any) -> None:
    def signing(**environment: str) -> dict[str, Any]:
        asked = {"PICKUP_PROVENANCE_C2PA": "auto", **environment}
        checks = desk.run("doctor", "--json", **asked).document["checks"]
        found: dict[str, Any] = next(each for each in checks if each["name"] == "signing")
        return found

    assert "signed by this workstation" in signing()["message"]
    assert "not signed" in signing(PICKUP_PROVENANCE_C2PA="off")["message"]
    lost = signing(PICKUP_PROVENANCE_CERTIFICATE="gone.pem", PICKUP_PROVENANCE_PRIVATE_KEY="gone.key")
    assert (lost["status"], "gone.pem" in lost["message"]) == ("problem", True)
    assert not (Path(desk.environment["PICKUP_STATE"]) / "signing").exists()
