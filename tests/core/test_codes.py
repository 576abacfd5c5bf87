import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pickup.library.codes import assign_codes, find_code
from pickup.paths import safe_stem

_unhurried = settings(deadline=None)  # a busy machine is no failure
_codes = st.integers(1, 120).map(lambda number: f"SH{number:04d}") | st.sampled_from(["ABC_010_0020", "sq01_sh010"])


def test_a_first_cut_is_numbered_in_tens() -> None:
    assert assign_codes([None, None, None], given=[]) == ("SH0010", "SH0020", "SH0030")


def test_a_new_hole_between_two_takes_the_middle_again_and_again() -> None:
    first = assign_codes(["SH0010", None, "SH0020"], given=["SH0010", "SH0020"])
    assert first[1] == "SH0015"
    second = assign_codes(["SH0010", None, "SH0015"], given=["SH0010", "SH0015", "SH0020"])
    assert second[1] == "SH0012"


def test_two_new_holes_between_two_keep_their_order() -> None:
    assert assign_codes(["SH0010", None, None, "SH0020"], given=[]) == ("SH0010", "SH0013", "SH0016", "SH0020")


def test_a_new_hole_before_the_first_stands_before_it() -> None:
    assert assign_codes([None, "SH0010"], given=["SH0010"]) == ("SH0005", "SH0010")


def test_a_new_hole_at_the_end_is_ten_above_everything_ever_given() -> None:
    assert assign_codes(["SH0010", None], given=["SH0010", "SH0075"]) == ("SH0010", "SH0085")


def test_a_new_hole_without_room_between_its_neighbours_goes_to_the_end() -> None:
    assert assign_codes(["SH0010", None, "SH0011", None], given=[]) == ("SH0010", "SH0021", "SH0011", "SH0031")


def test_a_code_that_was_given_and_lost_is_passed_over() -> None:
    assert assign_codes(["SH0010", None, "SH0020"], given=["SH0015"])[1] not in {"SH0015", "SH0010", "SH0020"}


def test_a_foreign_code_keeps_its_place_and_does_not_disturb_the_numbers() -> None:
    assert assign_codes(["SH0010", None, "ABC_010_0020", None, "SH0020"], given=[]) == (
        "SH0010",
        "SH0013",
        "ABC_010_0020",
        "SH0016",
        "SH0020",
    )


def test_numbers_beyond_five_digits_are_still_new() -> None:
    codes = assign_codes([None, None], given=["SH99995", "SH100005"])
    assert len({*codes, "SH99995", "SH100005"}) == 4


@_unhurried
@given(wanted=st.lists(st.none() | _codes, max_size=12), known=st.sets(_codes, max_size=30))
def test_no_code_is_ever_given_twice_and_known_codes_stay(wanted: list[str | None], known: set[str]) -> None:
    codes = assign_codes(wanted, given=known)
    new = [code for code, wish in zip(codes, wanted, strict=True) if wish is None]
    assert len(set(new)) == len(new)
    assert not set(new) & (known | {wish for wish in wanted if wish})
    assert [code for code, wish in zip(codes, wanted, strict=True) if wish] == [wish for wish in wanted if wish]


@_unhurried
@given(numbers=st.sets(st.integers(1, 40), min_size=1, max_size=6), new=st.lists(st.integers(0, 3), max_size=7))
def test_record_order_is_kept_wherever_there_is_room(numbers: set[int], new: list[int]) -> None:
    wanted: list[str | None] = []
    for number, count in zip(sorted(number * 4 for number in numbers), [*new, *[0] * 6], strict=False):
        wanted += [*[None] * count, f"SH{number:04d}"]  # three fit between multiples of four
    codes = assign_codes([*wanted, None], given=[])
    assert list(codes) == sorted(codes)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ABC_010_0020", "ABC_010_0020"),
        ("ABC_010_0020_comp_NFX_v001.mov", "ABC_010_0020"),
        ("AGM_104_TCC_0010", "AGM_104_TCC_0010"),
        ("ABC_101_010_0020", "ABC_101_010_0020"),
        ("harbor at dawn, see ABC_010_0020A please", "ABC_010_0020A"),
        ("sq0100_sh0010_layout_v004.mp4", "sq0100_sh0010"),
        ("sc01_sh010_anim.mov", "sc01_sh010"),
        ("SH0030", "SH0030"),
        ("PICKUP: sh0030 wide of the bay", "SH0030"),
        ("HARBOR7K2Q_SH0010_t01.mov", "SH0010"),
    ],
)
def test_a_shot_code_is_found_in_a_name_or_brief(text: str, code: str) -> None:
    assert find_code(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "A001_C003_0101AB",
        "A001_C003_0101AB_001.R3D",
        "A001C001_240101AB_CANON",
        "IMG_1234",
        "IMG_0010_0020",
        "IMG_010_0020",
        "DSC_0042",
        "MVI_0042.MOV",
        "GX010042",
        "GOPR0042",
        "C0001",
        "PXL_20240102_123456789",
        "VID_20240102_123456",
        "DJI_20240102123456_0042_D",
        "clip_0001",
        "Clip-001",
        "01:00:00:00",
        "TC_010_0000",
        "2021-02-07_10_0020",
        "REC_709_1080",
        "UHD_3840_2160",
        "Picchu_V7_310821_0003.png",
        "BART_2021-02-07",
        "shot of a boat, 1080p",
        "XSH0010",
        "",
    ],
)
def test_the_names_of_cameras_clocks_and_sizes_are_no_codes(text: str) -> None:
    assert find_code(text) is None


@_unhurried
@given(
    show=st.from_regex(r"[A-Z]{3}", fullmatch=True).filter(lambda show: show not in {"CAM", "DJI", "DSC", "IMG"}),
    shot=st.integers(1, 99),
    before=st.sampled_from(["", "wide, ", "see "]),
    after=st.sampled_from(["", "_v003", " at dawn", ".mov"]),
)
def test_a_found_code_is_a_part_of_the_text_and_a_safe_file_name(show: str, shot: int, before: str, after: str) -> None:
    code = find_code(f"{before}{show}_020_{shot * 10:04d}{after}")
    if show not in {"MOV", "MVI", "PXL", "REC", "UTC", "VID"}:
        assert code == f"{show}_020_{shot * 10:04d}"
        assert safe_stem(code) == code


@_unhurried
@given(st.text(max_size=60))
def test_any_text_gives_a_safe_code_or_none(text: str) -> None:
    code = find_code(text)
    assert code is None or safe_stem(code) == code


def test_known_codes_out_of_order_do_not_make_a_new_one_twice() -> None:
    codes = assign_codes([None, "SH0003", "SH0001", None, "SH0003"], given=[])
    assert codes[0] != codes[3]
