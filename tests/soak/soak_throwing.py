"""Throws files at a watched folder in every way that programs and people do, seeded.

thrower = Thrower(folder, library=library, stock=stock, rng=random.Random(1))
thrower.step(busy=3)           does one thing, and goes on with what is half done
thrower.finish()               ends what is half done
"""

from __future__ import annotations

import heapq
import itertools
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from io import FileIO
from pathlib import Path

from soak_stock import BAD, Content, Kind, Stock

_MUCH = 150
"""Files on their way above which nothing comes that has to be read."""

_HEAVY_EVERY_S = 0.5
_HOLE_EVERY_S = 7.0
_MOST_FILES = 4_000
_STEMS = ("reel", "scene", "Rolle ä", "cut of the day", "trailer")
_LOOK_S = 0.02


class Thrower:
    """What is done to the folder; `done` counts it in words.

    Attributes:
        names: Every export name that a file had.
        never: Names that are never to be looked at.
        kinds: What was written, each time that it was.
    """

    def __init__(self, folder: Path, *, library: Path, stock: Stock, rng: random.Random) -> None:
        self.done: Counter[str] = Counter()
        self.kinds: Counter[Kind] = Counter()
        self.names: set[str] = set()
        self.never: set[str] = set()
        self._folder = folder
        self._library = library
        self._stock = stock
        self._rng = rng
        self._number = itertools.count(1)
        self._there: dict[str, Content] = {}
        self._half_done: dict[str, Content] = {}
        self._later: list[tuple[float, int, Callable[[], None]]] = []
        self._next_hole = self._next_heavy = 0.0
        self._light = {
            self._twin: 30, self._touch: 6, self._same_again: 4, self._rename: 6, self._delete: 7, self._temporary: 3,
            self._own: 2,
        }  # fmt: skip
        self._heavy = {self._new: 40, self._bad: 30, self._change: 12, self._slowly: 6, self._in_two: 6, self._half: 4}

    @property
    def files(self) -> int:
        """How many files were written, temporary ones not counted."""
        return self.kinds.total()

    def step(self, *, busy: int) -> None:
        """Does one thing.

        Args:
            busy: How many files are on their way; with many of them nothing new comes.
        """
        self.tend()
        now, actions = time.monotonic(), self._light
        if busy < _MUCH and now >= self._next_hole:
            self._next_hole = now + _HOLE_EVERY_S
            self._write(self._stock.hole())
            return
        if busy < _MUCH and now >= self._next_heavy:
            self._next_heavy = now + _HEAVY_EVERY_S
            actions = self._heavy
        action = self._rng.choices(list(actions), weights=list(actions.values()))[0]
        action()

    def burst(self, files: int) -> None:
        """Many at once, most of them known contents."""
        self.done["bursts"] += 1
        for _ in range(files):
            self._twin()

    def tend(self) -> None:
        """Goes on with what is half done and due."""
        while self._later and self._later[0][0] <= time.monotonic():
            heapq.heappop(self._later)[2]()

    def finish(self) -> None:
        """Ends what is half done."""
        while self._later:
            self.tend()
            time.sleep(_LOOK_S)

    # New files

    def _new(self) -> None:
        self._write(self._stock.plain())

    def _bad(self) -> None:
        self._write(self._stock.bad(self._rng.choice(BAD)))

    def _twin(self) -> None:
        if not self._stock.good:
            return self._new()
        self.done["known contents under another name"] += 1
        return self._write(self._rng.choice(self._stock.good[-400:]))

    def _own(self) -> None:
        """Copies a delivered timeline back, sometimes under its own name."""
        versions = sorted(self._library.glob("cuts/*/*_v*.*"))
        if versions:
            path = self._rng.choice(versions)
            keeps = self._rng.random() < 0.3 and path.name not in self._half_done
            content = self._stock.own(path.read_bytes(), ending=path.suffix)
            self._write(content, name=path.name if keeps else f"own_{next(self._number)}x{path.suffix}")

    def _write(self, content: Content, *, name: str = "") -> None:
        """Under its name at once: renamed, as a careful program does, or in place."""
        name = name or self._name(content.ending)
        path = self._folder / name
        if self._rng.random() < 0.7:
            part = path.with_name(f".{name}.part")
            part.write_bytes(content.data)
            part.replace(path)
            self.done["written, then renamed into place"] += 1
        else:
            path.write_bytes(content.data)
            self.done["written in place"] += 1
        self._lies(name, content)

    def _slowly(self) -> None:
        """A writer that takes seconds, with pauses longer than a file has to stand still."""
        content = self._new_content()
        name = self._name(content.ending)
        file = (self._folder / name).open("wb", buffering=0)
        parts = self._rng.randint(3, 8)
        size = len(content.data) // parts + 1
        chunks = [content.data[start : start + size] for start in range(0, len(content.data), size)]
        self.done["written slowly"] += 1
        self._half_done[name] = content
        self._write_on(file, chunks, name=name)

    def _write_on(self, file: FileIO, chunks: list[bytes], *, name: str) -> None:
        file.write(chunks[0])
        if len(chunks) > 1:
            self._in(self._rng.uniform(0.1, 1.5), lambda: self._write_on(file, chunks[1:], name=name))
        else:
            file.close()
            self._lies(name, self._half_done.pop(name))

    def _in_two(self) -> None:
        """Half a file, and the rest later: before its time is over, or after its note was written."""
        content = self._new_content()
        half = self._stock.half(content)
        name = self._name(content.ending)
        (self._folder / name).write_bytes(half.data)
        self._half_done[name] = content
        pause_s = self._rng.choice((self._rng.uniform(0.5, 2), self._rng.uniform(8, 12)))
        self.done["half-written, completed later"] += 1
        self._in(pause_s, lambda: self._complete(name, content.data[len(half.data) :]))

    def _complete(self, name: str, rest: bytes) -> None:
        with (self._folder / name).open("ab") as file:
            file.write(rest)
        self._lies(name, self._half_done.pop(name))

    def _half(self) -> None:
        self._write(self._stock.half(self._new_content()))

    def _temporary(self) -> None:
        """Names that are never looked at; some of them become real ones."""
        content = self._rng.choice(self._stock.good) if self._stock.good else self._stock.plain()
        stem = f"temp_{next(self._number)}x"
        forms = (f".{stem}{content.ending}", f"~{stem}{content.ending}", f"{stem}{content.ending}.crdownload",
                 f"{stem}.tmp{content.ending}", f"{stem}{content.ending}~", f"{stem}.txt")  # fmt: skip
        name = self._rng.choice(forms)
        path = self._folder / name
        path.write_bytes(content.data)
        self.never.add(name)
        self.done["under temporary names"] += 1
        if self._rng.random() < 0.3:
            self._in(self._rng.uniform(0.1, 3), lambda: self._take_real_name(path, content))

    def _take_real_name(self, path: Path, content: Content) -> None:
        name = self._name(content.ending)
        path.rename(self._folder / name)
        self._lies(name, content)

    def _new_content(self) -> Content:
        return self._stock.plain() if self._rng.random() < 0.95 else self._stock.hole()

    # Files that are there

    def _change(self) -> None:
        """The same cut changed, under the same name or that of its next version."""
        name = self._any()
        content = self._there.get(name)
        if content is None or content.kind.is_bad or content.kind is Kind.OWN:
            return
        new = self._stock.changed(content)
        self.done["changed and exported again"] += 1
        if self._rng.random() < 0.6:
            self._write(new, name=name)
        else:
            stem = name.removesuffix(content.ending).split("_v")[0]
            self._write(new, name=f"{stem}_v{self._rng.randint(2, 9)}{content.ending}")

    def _same_again(self) -> None:
        name = self._any()
        if name:
            (self._folder / name).write_bytes(self._there[name].data)
            self.done["the same bytes written again"] += 1

    def _touch(self) -> None:
        name = self._any()
        if name:
            os.utime(self._folder / name)
            self.done["touched"] += 1

    def _rename(self) -> None:
        name = self._any()
        if name:
            content = self._there.pop(name)
            new = self._name(content.ending)
            (self._folder / name).rename(self._folder / new)
            self._there[new] = content
            self.names.add(new)
            self.done["renamed"] += 1

    def _delete(self) -> None:
        for _ in range(1 if len(self._there) < _MOST_FILES else 4):
            name = self._any()
            if name:
                (self._folder / name).unlink()
                del self._there[name]
                self.done["deleted"] += 1

    # Inside

    def _any(self) -> str:
        return self._rng.choice(list(self._there)) if self._there else ""

    def _name(self, ending: str) -> str:
        return f"{self._rng.choice(_STEMS)} {next(self._number)}x{ending}"

    def _lies(self, name: str, content: Content) -> None:
        self.kinds[content.kind] += 1
        self.names.add(name)
        self._there[name] = content

    def _in(self, pause_s: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._later, (time.monotonic() + pause_s, next(self._number), action))
