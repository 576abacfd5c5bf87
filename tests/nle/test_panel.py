"""The panel as one file: the same bytes everywhere, with this version, and all that the page needs."""

from __future__ import annotations

import io
import json
import re
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pickup.nle.carried import premiere_files, resolve_files
from pickup.nle.faults import PluginError
from pickup.nle.panel import manifest_version, package_panel, panel_name

FILES = {"manifest.json": b'{"name": "Pickup", "version": "0.0.0"}', "index.html": b"<p>", "src/view.js": b"1"}


@given(order=st.permutations(list(FILES)))
def test_the_same_files_give_the_same_bytes_in_any_order(order: list[str]) -> None:
    package = package_panel({name: FILES[name] for name in order}, version="0.1.0")
    assert package == package_panel(FILES, version="0.1.0")


def test_no_byte_of_a_package_depends_on_the_machine_that_made_it() -> None:
    with zipfile.ZipFile(io.BytesIO(package_panel(FILES, version="0.1.0"))) as zipped:
        for entry in zipped.infolist():
            assert entry.compress_type == zipfile.ZIP_STORED  # each zlib compresses in its own way
            assert (entry.date_time[0], entry.create_system) == (1980, 3)
            assert entry.external_attr >> 16 == 0o644


def test_a_package_holds_the_panels_files_and_changes_only_the_version() -> None:
    files = premiere_files()
    with zipfile.ZipFile(io.BytesIO(package_panel(files, version="7.8.9"))) as zipped:
        packed = {name: zipped.read(name) for name in zipped.namelist()}
    manifest = json.loads(packed.pop("manifest.json"))
    assert manifest == json.loads(files["manifest.json"]) | {"version": "7.8.9"}
    assert packed == {name: content for name, content in files.items() if name != "manifest.json"}
    page = packed["index.html"].decode()
    assert set(re.findall(r'(?:src|href)="([^":]+)"', page)) <= set(packed)
    assert panel_name(files) == manifest["entrypoints"][0]["label"]["default"]


@pytest.mark.parametrize(
    ("version", "stamped"), [("1.2.3", "1.2.3"), ("0.2.dev3", "0.2.0"), ("1.2.3.4", "1.2.3"), ("2", "2.0.0")]
)
def test_a_manifest_has_three_numbers(version: str, stamped: str) -> None:
    assert manifest_version(version) == stamped


def test_a_panel_without_a_manifest_is_refused() -> None:
    with pytest.raises(PluginError, match=r"manifest\.json"):
        package_panel({"index.html": b""}, version="0.1.0")


def test_what_only_makers_need_is_not_shipped() -> None:
    assert all(name.endswith(".py") and "__pycache__" not in name for name in resolve_files())
    assert {name.rpartition(".")[2] for name in premiere_files()} <= {"js", "css", "html", "json", "png"}
