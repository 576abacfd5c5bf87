"""What is kept beside a take: the cube, the cube that takes it back, and the CDL."""

from pathlib import Path
from xml.etree import ElementTree as ET

import cv2
import numpy as np
import pytest
from av.filter import Graph
from av.video.frame import VideoFrame

from pickup.errors import MediaError
from pickup.media.color.cdl import cdl_text, nearest_cdl, write_cdl
from pickup.media.color.cube import cube_text, grid, map_cube, read_cube, through_cube, undo_cube, write_cube
from pickup.media.color.difference import Picture, Values, delta_e, lab_of
from pickup.media.color.keep import kept_files
from pickup.media.color.match import Pair, match_color
from pickup.media.color.transfer import Affine
from pickup.testing.color_scenes import graded, view

WARM = Affine.of([[1.08, 0.04, 0.0], [0.04, 0.98, 0.02], [0.0, 0.02, 0.84]], offset=[0.01, -0.02, 0.03])
NAME = "HARBOR7K2Q_SH0010_t01"
NAMESPACE = "{urn:ASC:CDL:v1.01}"


def random_colors(*, count: int = 5000, low: float = 0.0, high: float = 1.0) -> Values:
    return np.random.default_rng(7).uniform(low, high, (count, 3))


def apart(first: Values, second: Values) -> Values:
    return delta_e(lab_of(first), lab_of(second))


def through_ffmpeg(path: Path, picture: Picture) -> Values:
    """The picture through `lut3d` at ten bits, as a conform would have it."""
    graph = Graph()
    frame = VideoFrame.from_ndarray(picture, format="rgb24")
    source = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=1)
    chain = [("format", "gbrp10le"), ("lut3d", f"file={path}:interp=tetrahedral"), ("format", "rgb48le")]
    graph.link_nodes(source, *[graph.add(name, options) for name, options in chain], graph.add("buffersink"))
    graph.configure()
    graph.vpush(frame)
    return np.asarray(graph.vpull().to_ndarray(), dtype=np.float64) / 65535


def test_red_runs_fastest_and_the_head_names_size_title_and_domain(tmp_path: Path) -> None:
    write_cube(tmp_path / "take.cube", grid(2), title='The "take"\n1', notes=["display color,\nBT.709"])
    assert (tmp_path / "take.cube").read_text().splitlines()[:8] == [
        "# display color, BT.709",
        "TITLE \"The 'take' 1\"",
        "LUT_3D_SIZE 2",
        "DOMAIN_MIN 0.0 0.0 0.0",
        "DOMAIN_MAX 1.0 1.0 1.0",
        "0.000000 0.000000 0.000000",
        "1.000000 0.000000 0.000000",
        "0.000000 1.000000 0.000000",
    ]


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "take.cube"
    write_cube(path, map_cube(WARM), title=NAME, notes=["1 2 3"])
    assert read_cube(path) == pytest.approx(map_cube(WARM), abs=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "LUT_1D_SIZE 2\n0 0 0\n1 1 1\n",
        "LUT_3D_SIZE 2\n0 0 0\n",
        "LUT_3D_SIZE x\n",
        cube_text(grid(2), title="x").replace("DOMAIN_MAX 1.0", "DOMAIN_MAX 4.0"),
        cube_text(grid(2), title="x").replace("0.000000 1.000000 0.000000", "0.0 nan 0.0"),
    ],
)
def test_what_is_no_cube_of_this_kind_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.cube"
    path.write_text(text)
    with pytest.raises(MediaError, match=r"other\.cube is no 3D LUT"):
        read_cube(path)


def test_a_cube_gives_what_the_map_gives() -> None:
    colors = random_colors()
    assert apart(through_cube(map_cube(WARM), colors), WARM.colors(colors)).mean() < 0.05


def test_a_cube_without_change_gives_every_color_back() -> None:
    colors = random_colors()
    assert through_cube(grid(33), colors) == pytest.approx(colors, abs=1e-12)
    assert through_cube(grid(2), np.array([[0.0, 1.0, 1.0], [-1.0, 0.5, 2.0]])) == pytest.approx(
        np.array([[0.0, 1.0, 1.0], [0.0, 0.5, 1.0]])
    )


def test_the_undo_cube_takes_back_what_was_not_clipped() -> None:
    colors = random_colors(low=0.1, high=0.85)
    assert through_cube(undo_cube(WARM), through_cube(map_cube(WARM), colors)) == pytest.approx(colors, abs=2e-3)
    white = through_cube(undo_cube(WARM), through_cube(map_cube(WARM), np.ones((1, 3))))
    assert white.max() < 1  # what was clipped stays clipped


def test_ffmpeg_reads_both_cubes_and_shows_what_they_say(tmp_path: Path) -> None:
    picture = view("kitchen")[::2, ::2]
    cubes = {"take.cube": map_cube(WARM), "take_undo.cube": undo_cube(WARM)}
    for name, cube in cubes.items():
        write_cube(tmp_path / name, cube, title=NAME, notes=["display color"])
        shown = through_ffmpeg(tmp_path / name, picture)
        wanted = through_cube(cube, picture.reshape(-1, 3) / 255).reshape(shown.shape)
        assert np.abs(shown - wanted).max() < 1.05 / 255  # swscale makes 1020 of 1023 out of 255


def test_a_match_that_a_cdl_can_say_is_said_exactly() -> None:
    plain = Affine.of(np.diag([1.2, 1.0, 0.8]), offset=[0.02, 0.0, 0.05])
    cdl = nearest_cdl(plain, colors=random_colors(low=0.1, high=0.7))
    assert cdl.slope == pytest.approx((1.2, 1.0, 0.8), abs=1e-6)
    assert cdl.offset == pytest.approx((0.02, 0.0, 0.05), abs=1e-6)
    assert cdl.saturation == 1.0
    assert cdl.difference < 0.01


def test_a_match_that_mixes_channels_is_come_near_to_and_the_distance_is_told() -> None:
    colors = view("harbor")[::4, ::4].reshape(-1, 3) / 255
    luma = np.array([0.2126, 0.7152, 0.0722])
    muted = Affine.of(0.5 * np.eye(3) + 0.5 * np.tile(luma, (3, 1)), offset=[0.05, 0.05, 0.05])
    cdl = nearest_cdl(muted, colors=colors)
    assert cdl.saturation == pytest.approx(0.5, abs=0.05)
    assert cdl.difference == pytest.approx(float(apart(cdl.colors(colors), muted.colors(colors)).mean()))
    assert cdl.difference < 0.15 * apart(colors, muted.colors(colors)).mean()
    assert nearest_cdl(WARM, colors=colors).difference > 0.1


def test_a_cdl_of_one_color_or_of_no_change_is_sound() -> None:
    same = nearest_cdl(Affine())
    assert (same.slope, same.saturation) == (pytest.approx((1.0, 1.0, 1.0)), 1.0)
    one = nearest_cdl(WARM, colors=np.full((50, 3), 0.5))
    assert np.isfinite([*one.slope, *one.offset]).all()


def test_the_xml_has_the_structure_of_the_asc() -> None:
    cdl = nearest_cdl(WARM)
    root = ET.fromstring(cdl_text(cdl, name=NAME))
    assert root.tag == f"{NAMESPACE}ColorDecisionList"
    assert [child.tag for child in root] == [f"{NAMESPACE}ColorDecision"]
    correction = root[0][0]
    assert (correction.tag, correction.get("id")) == (f"{NAMESPACE}ColorCorrection", NAME)
    assert [child.tag.removeprefix(NAMESPACE) for child in correction] == [
        "InputDescription",
        "ViewingDescription",
        "SOPNode",
        "SatNode",
    ]
    values = {each.tag.removeprefix(NAMESPACE): each.text or "" for each in correction.iter()}
    assert [float(each) for each in values["Slope"].split()] == pytest.approx(cdl.slope, abs=1e-6)
    assert [float(each) for each in values["Offset"].split()] == pytest.approx(cdl.offset, abs=1e-6)
    assert values["Power"].split() == ["1.000000"] * 3
    assert float(values["Saturation"]) == cdl.saturation
    assert "BT.709" in values["InputDescription"]
    assert f"{cdl.difference:.1f}" in values["Description"]


@pytest.mark.parametrize("extension", ["cdl", "cc"])
def test_opencolorio_reads_the_file_and_makes_the_same_colors(tmp_path: Path, extension: str) -> None:
    ocio = pytest.importorskip("PyOpenColorIO")
    path = tmp_path / f"take.{extension}"
    cdl = nearest_cdl(WARM)
    write_cdl(path, cdl, name=NAME)
    transform = ocio.CDLTransform.CreateFromFile(str(path), NAME)
    transform.setStyle(ocio.CDL_ASC)
    colors = random_colors().astype(np.float32)
    wanted = cdl.colors(colors.astype(np.float64))
    ocio.Config.CreateRaw().getProcessor(transform).getDefaultCPUProcessor().applyRGB(colors)
    assert colors == pytest.approx(wanted, abs=1e-4)


def test_a_cdl_has_the_name_of_one(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="is no name of a CDL"):
        write_cdl(tmp_path / "take.xml", nearest_cdl(WARM), name=NAME)


def test_what_is_kept_beside_a_take_redoes_the_match_undoes_it_and_shows_it(tmp_path: Path) -> None:
    take = view("harbor")
    pair = Pair(take=take, neighbour=graded(view("harbor", grain=1), look="muted"))
    match = match_color([pair])
    kept = []
    for ending, content in kept_files(match, pairs=[pair], name=NAME):
        kept.append(tmp_path / f"{NAME}{ending}")
        kept[-1].write_bytes(content)
    assert [path.name for path in kept] == [
        f"{NAME}.cube",
        f"{NAME}_undo.cube",
        f"{NAME}.cdl",
        f"{NAME}_color_1.png",
    ]
    colors = take[::4, ::4].reshape(-1, 3) / 255
    redone = through_cube(read_cube(kept[0]), colors)
    assert apart(redone, match.map.colors(colors)).mean() < 0.05
    assert apart(through_cube(read_cube(kept[1]), redone), colors).mean() < 0.3
    shown = cv2.cvtColor(cv2.imread(str(kept[3])), cv2.COLOR_BGR2RGB)
    assert np.array_equal(shown, np.concatenate([pair.neighbour, take, match.map.picture(take)], axis=1))


def test_nothing_is_kept_beside_a_take_that_stays_as_it_is() -> None:
    pair = Pair(take=view("harbor"), neighbour=view("desert"))
    assert dict(kept_files(match_color([pair]), pairs=[pair], name=NAME)) == {}
