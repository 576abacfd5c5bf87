"""What every dialect must keep to, as tests: subclass `DialectContract`, say which dialect it is, run pytest.

    class TestMine(DialectContract):
        def make_dialect(self) -> Dialect:
            return my_dialect

It drives the dialect through `pickup.timelines.dialect.Dialect` alone, as an installed one: its own name must be
registered under the entry point `pickup.dialects`. The cuts are the samples, one that has one of everything, and what
`cases` adds; takes for all their holes are made up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from pickup.holes import Rules
from pickup.testing.crossings import Crossing, CutFile, cross, open_cut, sample_files, snapshot_of, writing_of
from pickup.testing.everything import everything_files, one_of_everything
from pickup.timelines.dialect import NEVER_LOST, Aspect, Dialect
from pickup.timelines.limits import ReadLimits
from pickup.timelines.read import parse_source
from pickup.timelines.sniff import dialect_names, load_dialect

_NO_TAKES = None
_AS_BY_DEFAULT = Rules()
_EVERYTHING = Rules(offline=True)
_ON_TOP = Rules(offline=True, on_top=True)
_MOST_SHOWN = 10


class DialectContract:
    """Subclass it in a test module; every `test_…` method is one promise.

    Attributes:
        keeps_marks: What it writes still carries the marks of the program that the cut came from, and is known by them.
    """

    keeps_marks = False

    def make_dialect(self) -> Dialect:
        """The dialect: its module."""
        raise NotImplementedError

    def cases(self) -> Sequence[CutFile]:
        """Every cut that is taken through it; override it to add more."""
        return _own_cases()

    # --- what it says ---------------------------------------------------------------------------------------------

    def test_it_is_installed_under_its_name(self) -> None:
        """`--for NAME` finds it."""
        dialect = self.make_dialect()
        _expect(load_dialect(dialect.NAME) is dialect, f"{dialect.NAME} is not what is installed under that name")

    def test_the_cut_itself_is_never_declared_lost(self) -> None:
        """Places, media, source frames, speeds, takes: a format that cannot carry those is none to deliver in."""
        declared = NEVER_LOST.intersection(self.make_dialect().LOSES)
        _expect(not declared, f"declared as lost: {', '.join(sorted(declared))}")

    def test_every_loss_is_told_in_a_sentence(self) -> None:
        """An editor reads it as it is."""
        for aspect, said in self.make_dialect().LOSES.items():
            _expect(isinstance(aspect, Aspect), f"{aspect!r} is no aspect")
            is_sentence = said[:1].isupper() and said.endswith(".") and " " in said and said == " ".join(said.split())
            _expect(is_sentence, f"of {aspect.value} it says {said!r}, which is no sentence")

    # --- what it recognizes ---------------------------------------------------------------------------------------

    def test_what_it_writes_it_recognizes_and_no_other_does(self) -> None:
        """A cut without the marks of any program, written and read back, is of this dialect."""
        cut = snapshot_of(open_cut(_everything()), looker=_everything().looker)
        written = self.make_dialect().write(one_of_everything(), writing=writing_of(cut))
        claims = _claims(CutFile(name="everything", content=written))
        _expect(claims == {self.make_dialect().NAME}, f"claimed by {sorted(claims)}")

    def test_every_file_that_it_writes_is_claimed_once(self) -> None:
        """Whatever program a cut came from, what is written is of one dialect."""
        name = self.make_dialect().NAME
        for file, crossing in self._crossed(_EVERYTHING):
            if crossing.refused:
                continue
            claims = _claims(CutFile(name=file.name, content=crossing.content))
            allowed = ({name}, {crossing.came_as}) if self.keeps_marks else ({name},)
            _expect(claims in allowed, f"{file.name}, which came as {crossing.came_as}, is claimed by {sorted(claims)}")

    # --- what it carries ------------------------------------------------------------------------------------------

    def test_without_takes_only_what_is_declared_is_lost(self) -> None:
        """Read, written and read again, a cut is what it was."""
        self._expect_nothing_wrong(_NO_TAKES)

    def test_with_takes_in_place_only_what_is_declared_is_lost(self) -> None:
        """Takes stand where they were planned, and all else is what it was."""
        self._expect_nothing_wrong(_AS_BY_DEFAULT)

    def test_with_takes_for_offline_clips_only_what_is_declared_is_lost(self) -> None:
        """As before, where every clip whose file is absent is a hole too."""
        self._expect_nothing_wrong(_EVERYTHING)

    def test_with_takes_on_tracks_of_their_own_only_what_is_declared_is_lost(self) -> None:
        """As before, where all takes stand on new tracks."""
        self._expect_nothing_wrong(_ON_TOP)

    def test_a_refusal_is_a_sentence(self) -> None:
        """A cut that it cannot carry at all is refused in words, and never one that has a usual rate."""
        for file, crossing in self._crossed(_NO_TAKES):
            said = crossing.refused
            _expect(not said or " " in said, f"{file.name} is refused without a sentence: {said!r}")
        refused = [
            file.name for file, crossing in self._crossed(_NO_TAKES) if crossing.refused and file in _own_cases()
        ]
        _expect(not refused, f"refused: {', '.join(refused)}")

    def test_nothing_is_declared_lost_in_vain(self) -> None:
        """Each loss that is declared happens to one cut at least."""
        seen: Counter[Aspect] = Counter()
        for rules in (_NO_TAKES, _EVERYTHING):
            for _, crossing in self._crossed(rules):
                seen.update(crossing.lost)
        vain = [aspect.value for aspect in self.make_dialect().LOSES if not seen[aspect]]
        _expect(not vain, f"declared and never lost: {', '.join(vain)}")

    def test_writing_what_was_written_changes_nothing(self) -> None:
        """What it writes it reads and writes again to the byte; only the name would be new."""
        changed = [
            f"{file.name} (came as {crossing.came_as}): {_first_change(crossing)}"
            for rules in (_NO_TAKES, _EVERYTHING)
            for file, crossing in self._crossed(rules)
            if crossing.again != crossing.content
        ]
        _expect(not changed, "\n".join(changed[:_MOST_SHOWN]))

    # --- help -----------------------------------------------------------------------------------------------------

    def _expect_nothing_wrong(self, rules: Rules | None) -> None:
        takes = 0
        wrong = []
        for file, crossing in self._crossed(rules):
            takes += crossing.takes
            for each in crossing.wrong:
                change = f"{each.aspect.value}: was {each.was}, is {each.now}"
                wrong.append(f"{file.name} (came as {crossing.came_as}), {each.where}: {change}")
        _expect(not wrong, "\n".join(wrong[:_MOST_SHOWN]))
        _expect(takes > 0 if rules is not None else not takes, f"{takes} takes were put in")

    def _crossed(self, rules: Rules | None) -> list[tuple[CutFile, Crossing]]:
        dialect = self.make_dialect()
        return [(file, _crossed(file, dialect.NAME, rules)) for file in self.cases()]


@lru_cache(maxsize=1)
def _own_cases() -> tuple[CutFile, ...]:
    return (*sample_files(), *everything_files())


def _everything() -> CutFile:
    return next(everything_files())


@lru_cache(maxsize=1024)
def _crossed(file: CutFile, name: str, rules: Rules | None) -> Crossing:
    """Each cut goes through each dialect once, whatever is asked of what comes out."""
    return cross(file, dialect=load_dialect(name), rules=rules)


def _claims(file: CutFile) -> set[str]:
    source = parse_source(file.content, path=Path(file.name), limits=ReadLimits())
    return {name for name in dialect_names() if load_dialect(name).sniff(source)}


def _first_change(crossing: Crossing) -> str:
    return next(_changes(crossing), "one is the beginning of the other")


def _changes(crossing: Crossing) -> Iterator[str]:
    lines = zip(crossing.content.splitlines(), crossing.again.splitlines(), strict=False)
    for number, (once, twice) in enumerate(lines, start=1):
        if once != twice:
            yield f"line {number} is {once.strip().decode()} and then {twice.strip().decode()}"


def _expect(holds: bool, message: str) -> None:  # noqa: FBT001 - reads as a sentence: expect this, else say that
    """Fails a test in words: plain `assert` is not rewritten by pytest in an installed module."""
    if not holds:
        raise AssertionError(message)
