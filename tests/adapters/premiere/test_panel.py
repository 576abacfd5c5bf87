"""The panel in Chromium, beside a Premiere that stands in for the real one: what an editor sees and presses."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

Looked = dict[str, Any]

UXP_PROPERTIES = """
    align-content align-items align-self background background-attachment background-color background-image
    background-repeat background-size border-bottom border-bottom-color border-bottom-left-radius
    border-bottom-right-radius border-bottom-style border-bottom-width border-color border-left border-left-color
    border-left-style border-left-width border-radius border-right border-right-color border-right-style
    border-right-width border-style border-top border-top-color border-top-left-radius border-top-style
    border-top-width border-width bottom color display flex flex-basis flex-direction flex-grow flex-shrink flex-wrap
    font-family font-size font-style font-weight height justify-content left letter-spacing margin margin-bottom
    margin-left margin-right margin-top max-height max-width min-height min-width opacity overflow overflow-x
    overflow-y padding padding-bottom padding-left padding-right padding-top right text-align text-overflow top
    visibility white-space width
"""
"""Adobe's list of styles that UXP draws."""


def looks(looked: Looked, name: str) -> list[Looked]:
    found = [each for each in looked["looks"] if each["name"] == name]
    assert [each["width"] for each in found] == [260, 600]
    return found


def seen(looked: Looked, name: str) -> str:
    narrow, wide = (str(each["text"]) for each in looks(looked, name))
    assert narrow == wide
    return narrow


def test_every_scene_is_drawn_without_a_complaint(looked: Looked) -> None:
    assert [each for each in looked["looks"] if each["errors"]] == []
    assert looked["time"]["errors"] == []


def test_nothing_sticks_out_or_is_cut_off_at_any_width(looked: Looked) -> None:
    assert [each for each in looked["looks"] if each["sticksOut"] or each["cutOff"]] == []


def test_every_text_can_be_read_in_the_dark_and_the_light_theme(looked: Looked) -> None:
    assert [(each["name"], each["faint"]) for each in looked["looks"] if each["faint"]] == []


def test_at_first_it_says_to_choose_a_folder(looked: Looked) -> None:
    assert "Choose the folder that `pickup watch` watches." in seen(looked, "first")
    assert [each["label"] for each in looks(looked, "first")[0]["buttons"]] == ["Choose …", "Send the active sequence"]


def test_without_a_watcher_it_says_how_to_start_one_and_offers_another_library(looked: Looked) -> None:
    text = seen(looked, "no watcher yet")
    assert "Start it: pickup watch /edit/in" in text
    assert "Choose another library …" in text


def test_a_watcher_that_does_not_run_is_told_above_what_was_known(looked: Looked) -> None:
    text = seen(looked, "not running")
    assert "The watcher seems not to run; it last wrote at " in text
    assert "Start it: pickup watch /edit/in" in text
    assert "working, 40 %" in text


def test_an_empty_folder_says_what_will_be_listed(looked: Looked) -> None:
    assert seen(looked, "empty").endswith("What is sent is listed here.")


def test_while_it_sends_no_button_can_be_pressed(looked: Looked) -> None:
    assert "Sending the active sequence …" in seen(looked, "sending")
    assert all(button["disabled"] for button in looks(looked, "sending")[0]["buttons"])


def test_send_tells_where_the_sequence_went(looked: Looked) -> None:
    assert "Sent Reel_1.otio to /edit/in." in seen(looked, "sent")
    assert not any(button["disabled"] for button in looks(looked, "sent")[0]["buttons"])


def test_send_tells_that_xml_went_in_place_of_opentimelineio(looked: Looked) -> None:
    assert "Sent Reel_1.xml to /edit/in.\nIt went as Final Cut Pro XML" in seen(looked, "sent as XML")


def test_send_without_a_sequence_says_to_open_one(looked: Looked) -> None:
    assert "No sequence is open.\nOpen the sequence to send" in seen(looked, "no sequence")


def test_what_is_in_work_shows_how_far_it_is_and_what_it_waits_for(looked: Looked) -> None:
    text = seen(looked, "working")
    assert "reel2.otio\nworking, 40 %\nmaking 5 takes" in text
    assert "waits for `pickup approve reel3.otio`" in text


def test_what_came_back_shows_why_shots_are_held_and_files_failed(looked: Looked) -> None:
    text = seen(looked, "ended")
    assert "SH0030: its brief is empty" in text
    assert "What to do stands in reel3.xml.failed.txt beside it." in text
    assert "the disk of the library has 2 GB left" in text


def test_receive_tells_of_the_new_sequence_and_remembers_it(looked: Looked) -> None:
    text = seen(looked, "received")
    assert "Reel 1 v002 is here, as a new sequence and open." in text
    assert "v002 was received, as a sequence.\nReceive again" in text


def test_receive_tells_of_takes_and_of_the_way_by_hand(looked: Looked) -> None:
    text = seen(looked, "received as takes")
    assert "Its 2 takes lie in the bin Pickup.\nFor the sequence: File > Import, and choose /edit/in/pickup" in text


def test_the_list_follows_the_status_only_while_the_panel_is_shown(looked: Looked) -> None:
    time = looked["time"]
    assert "written while shown" in time["shown"]
    assert "written while hidden" not in time["hidden"]
    assert "written while hidden" in time["again"]


def test_uxp_does_not_wait_for_the_panel(looked: Looked) -> None:
    assert looked["time"]["waitedFor"] is True


def test_a_button_is_not_replaced_while_nothing_changes(looked: Looked) -> None:
    assert looked["time"]["kept"] == "kept"


def test_the_panel_wears_the_theme_that_premiere_changes_to(looked: Looked) -> None:
    assert looked["time"]["themes"] == ["light", ""]


def test_the_style_keeps_to_what_uxp_draws(panel: Path) -> None:
    style = re.sub(r"/\*.*?\*/", "", (panel / "style.css").read_text(encoding="utf-8"), flags=re.DOTALL)
    used = {name for name in re.findall(r"^\s+([a-z-]+): ", style, flags=re.MULTILINE) if not name.startswith("--")}
    assert used - set(UXP_PROPERTIES.split()) == {"overflow-wrap"}  # passed over where it is not known
    assert "grid" not in style


def test_the_manifest_names_files_and_a_panel_that_are_there(panel: Path) -> None:
    manifest = json.loads((panel / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["manifestVersion"], manifest["host"]["app"]) == (5, "premierepro")
    page = (panel / manifest["main"]).read_text(encoding="utf-8")
    for name in re.findall(r'(?:src|href)="([^"]+)"', page):
        assert (panel / name).is_file(), name
    [entry] = manifest["entrypoints"]
    assert f"    {entry['id']}: {{" in (panel / "main.js").read_text(encoding="utf-8")
    assert manifest["requiredPermissions"] == {"localFileSystem": "request"}


@pytest.mark.parametrize("element", ["iframe", "canvas", "form", "ul", "table"])
def test_the_page_has_no_element_that_uxp_does_not_draw(panel: Path, element: str) -> None:
    assert f"<{element}" not in (panel / "index.html").read_text(encoding="utf-8")
