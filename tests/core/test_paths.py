import unicodedata

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pickup.paths import (
    LocalPath,
    PathKind,
    PathStyle,
    file_name,
    is_below,
    map_back,
    map_path,
    parse_path,
    safe_stem,
    without_escapes,
    write_path,
)

_unhurried = settings(deadline=None)  # a busy machine is no failure
_HARD = [
    "a b",
    "100%25",
    "x#1",
    "it's",
    'say "no"',
    "a&b+c",
    "[x]",
    "what?",
    "e\u0301te\u0301",
    "\u00e9t\u00e9",
    "日本",
    "%41",
    "a;b=c",
]
_names = st.sampled_from(_HARD) | st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='\\/:"<>|*?'), min_size=1, max_size=12
).filter(lambda name: name not in {".", ".."} and name.strip() == name)
_segments = st.lists(_names, min_size=1, max_size=4)
_styles = st.sampled_from(PathStyle)


def _local(text: str) -> LocalPath:
    path = parse_path(text)
    assert path is not None
    return path


@pytest.mark.parametrize(
    ("text", "plain", "kind", "style"),
    [
        ("/show/a b.mov", "/show/a b.mov", PathKind.POSIX, PathStyle.SLASHES),
        ("/show/100%25.mov", "/show/100%25.mov", PathKind.POSIX, PathStyle.SLASHES),
        (r"C:\show\a.mov", r"C:\show\a.mov", PathKind.WINDOWS, PathStyle.BACKSLASHES),
        ("C:/show/a.mov", "C:/show/a.mov", PathKind.WINDOWS, PathStyle.SLASHES),
        (r"\\nas\show\a.mov", r"\\nas\show\a.mov", PathKind.UNC, PathStyle.BACKSLASHES),
        ("//nas/show/a.mov", "//nas/show/a.mov", PathKind.UNC, PathStyle.SLASHES),
        ("file:///show/a%20b%23.mov", "/show/a b#.mov", PathKind.POSIX, PathStyle.URL),
        ("file://localhost/show/a.mov", "/show/a.mov", PathKind.POSIX, PathStyle.URL_LOCALHOST),
        ("file://nas/show/a.mov", r"\\nas\show\a.mov", PathKind.UNC, PathStyle.URL),
        ("file:///C:/show/a.mov", r"C:\show\a.mov", PathKind.WINDOWS, PathStyle.URL),
        (
            "file://localhost/D%3a/show/a%20b.mov",
            r"D:\show\a b.mov",
            PathKind.WINDOWS,
            PathStyle.URL_LOCALHOST_ESCAPED_DRIVE,
        ),
        ("file:/show/a.mov", "/show/a.mov", PathKind.POSIX, PathStyle.URL_ONE_SLASH),
        ("media/a%20b.mov", "media/a%20b.mov", PathKind.POSIX, PathStyle.SLASHES),
        (r"media\a.mov", r"media\a.mov", PathKind.WINDOWS, PathStyle.BACKSLASHES),
    ],
)
def test_every_form_is_read_and_written_back_as_it_was(text: str, plain: str, kind: PathKind, style: PathStyle) -> None:
    path = _local(text)
    assert (path.text, path.kind, path.style) == (plain, kind, style)
    assert write_path(path, style=style) == text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("FILE:///show/a.mov", "/show/a.mov"),
        ("file:////nas/show/a.mov", r"\\nas\show\a.mov"),
        ("file://C:/show/a.mov", r"C:\show\a.mov"),
        ("file:///show/take#2?.mov", "/show/take#2?.mov"),
        ("file:///show/100%.mov", "/show/100%.mov"),
        ("file:///show/%E9.mov", "/show/%E9.mov"),
    ],
)
def test_common_mistakes_in_urls_are_understood(text: str, plain: str) -> None:
    assert _local(text).text == plain


@pytest.mark.parametrize(
    "text",
    ["", "http://x.org/a.mov", "https://x.org/a.mov", "s3://b/a.mov", "data:video/mp4;base64,AA", "file:///a%00b"],
)
def test_what_is_no_file_is_no_path(text: str) -> None:
    assert parse_path(text) is None


@pytest.mark.parametrize(
    ("text", "absolute"),
    [
        ("/a", True),
        ("a/b", False),
        (r"C:\a", True),
        (r"a\b", False),
        (r"\\nas\a", True),
        ("file:/a", True),
        ("T: 1.mov", False),
    ],
)
def test_a_path_says_whether_it_is_absolute(text: str, *, absolute: bool) -> None:
    assert _local(text).is_absolute is absolute


@_unhurried
@given(segments=_segments, style=_styles)
def test_a_posix_path_survives_every_style(segments: list[str], style: PathStyle) -> None:
    assume(not (len(segments[0]) == 2 and segments[0].endswith(":")))
    path = _local("/" + "/".join(segments))
    again = _local(write_path(path, style=style))
    assert again.segments == tuple(segments)
    assert again.kind is PathKind.POSIX


@_unhurried
@given(segments=_segments, style=_styles, drive=st.sampled_from("CdZ"))
def test_a_windows_path_survives_every_style(segments: list[str], style: PathStyle, drive: str) -> None:
    path = _local(f"{drive}:\\" + "\\".join(segments))
    written = write_path(path, style=style)
    assert _local(written).segments == (f"{drive}:", *segments)
    assert _local(written).kind is PathKind.WINDOWS
    assert write_path(_local(written), style=_local(written).style) == written


@_unhurried
@given(segments=_segments, style=_styles)
def test_a_network_path_survives_every_style(segments: list[str], style: PathStyle) -> None:
    path = _local("\\\\nas\\show\\" + "\\".join(segments))
    again = _local(write_path(path, style=style))
    assert again.segments == ("nas", "show", *segments)
    assert again.kind is PathKind.UNC


@_unhurried
@given(segments=_segments)
def test_a_written_url_is_plain_ascii_without_marks_of_its_own(segments: list[str]) -> None:
    url = write_path(_local("/" + "/".join(segments)), style=PathStyle.URL)
    assert url.isascii()
    assert not set(url) & set(' #?&+[]"')


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("media/a%20b.mov", "media/a b.mov"),
        ("media/100%25.mov", "media/100%.mov"),
        ("media/a b.mov", None),
        ("/media/a%20b.mov", None),
        ("file:///media/a%20b.mov", None),
        ("%2Fetc/a.mov", None),
        ("%5C%5Cserver%5Cshare/a.mov", None),
        ("a%00.mov", None),
        ("%ff.mov", None),
    ],
)
def test_only_a_relative_path_may_be_read_without_its_escapes_and_stays_relative(
    written: str, meant: str | None
) -> None:
    plain = without_escapes(_local(written))
    assert (plain.text if plain else None) == meant


def test_a_relative_path_has_no_url() -> None:
    assert write_path(_local("media/a b.mov"), style=PathStyle.URL) == "media/a b.mov"


def test_the_longest_prefix_wins_on_whole_segments() -> None:
    prefixes = {"Z:\\show": "/mnt/show", "Z:\\show\\reels": "/fast/reels", "/Volumes/show": "/mnt/mac"}
    assert map_path(_local(r"Z:\show\a.mov"), prefixes=prefixes).text == "/mnt/show/a.mov"
    assert map_path(_local("file:///z:/SHOW/Reels/a%20b.mov"), prefixes=prefixes).text == "/fast/reels/a b.mov"
    assert map_path(_local(r"Z:\showreel\a.mov"), prefixes=prefixes).text == r"Z:\showreel\a.mov"
    assert map_path(_local("/Volumes/SHOW/a.mov"), prefixes=prefixes).text == "/Volumes/SHOW/a.mov"
    assert map_path(_local("/Volumes/show-1/a.mov"), prefixes=prefixes).text == "/Volumes/show-1/a.mov"


def test_a_network_prefix_ignores_case_and_kind_of_separator() -> None:
    prefixes = {"//NAS/Show/": "/mnt/show"}
    assert map_path(_local(r"\\nas\show\A.mov"), prefixes=prefixes).text == "/mnt/show/A.mov"


def test_a_decomposed_prefix_matches_and_the_rest_keeps_its_spelling() -> None:
    decomposed = unicodedata.normalize("NFD", "/Volumes/été/é.mov")
    mapped = map_path(_local(decomposed), prefixes={unicodedata.normalize("NFC", "/Volumes/été"): "/mnt/x"})
    assert mapped.text == "/mnt/x/" + unicodedata.normalize("NFD", "é.mov")


def test_a_prefix_may_be_a_root_and_a_target_a_drive() -> None:
    assert map_path(_local("/a/b.mov"), prefixes={"/": "Z:\\"}).text == r"Z:\a\b.mov"
    assert map_path(_local(r"Z:\a.mov"), prefixes={"Z:": "/"}).text == "/a.mov"


def test_what_is_written_for_windows_maps_back_to_windows() -> None:
    prefixes = {"/Volumes/show": "/mnt/show", "Z:\\show": "/mnt/show"}
    path = _local("/mnt/show/pickup/a.mov")
    assert map_back(path, prefixes=prefixes, kind=PathKind.WINDOWS).text == r"Z:\show\pickup\a.mov"
    assert map_back(path, prefixes=prefixes, kind=PathKind.POSIX).text == "/Volumes/show/pickup/a.mov"


@_unhurried
@given(segments=_segments)
def test_mapping_there_and_back_changes_nothing(segments: list[str]) -> None:
    prefixes = {"Z:\\show": "/mnt/show"}
    path = _local("Z:\\show\\" + "\\".join(segments))
    mapped = map_path(path, prefixes=prefixes)
    assert map_back(mapped, prefixes=prefixes, kind=PathKind.WINDOWS).text == path.text


def test_a_folder_holds_itself_and_what_lies_in_it_but_not_its_namesakes() -> None:
    folder = _local("/mnt/show")
    assert is_below(folder, folder)
    assert is_below(_local("/mnt/show/a"), folder)
    assert not is_below(_local("/mnt/show2/a"), folder)
    assert not is_below(_local("mnt/show/a"), folder)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("/a/b c.mov", "b c.mov"),
        (r"C:\a\b.mov", "b.mov"),
        ("file://localhost/D%3a/a%20b.mov", "a b.mov"),
        ("https://x.org/v/a%20b.mov?token=1", "a b.mov"),
        ("a.mov", "a.mov"),
        ("http://[x/a.mov", ""),
        ("", ""),
    ],
)
def test_the_file_name_is_found_in_any_style(text: str, name: str) -> None:
    assert file_name(text) == name


@pytest.mark.parametrize(
    ("text", "stem"),
    [
        ("Harbor v3", "Harbor_v3"),
        ("PICCHU MAQUETA .wav", "PICCHU_MAQUETA_.wav"),
        ("été", "ete"),
        ("..hidden", "hidden"),
        ("日本", "untitled"),
        ("", "untitled"),
        ("CON", "_CON"),
        ("a/b\\c:d", "a_b_c_d"),
    ],
)
def test_a_safe_stem_says_as_much_as_it_can(text: str, stem: str) -> None:
    assert safe_stem(text) == stem


@_unhurried
@given(st.text(max_size=200))
def test_a_safe_stem_is_safe_everywhere_and_stays_itself(text: str) -> None:
    stem = safe_stem(text)
    assert 0 < len(stem) <= 80
    assert stem.isascii()
    assert all(each.isalnum() or each in "_-." for each in stem)
    assert stem[0] not in ".-"
    assert stem[-1] != "."
    assert safe_stem(stem) == stem
