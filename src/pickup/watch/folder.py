"""One watched folder: its thread, which looks, decides and tells, while workers hash and fill beside it.

watch = FolderWatch(settings, shared=shared, tell=print)
watch.begin()                    raises what keeps it from being watched
watch.run()                      until it is stopped, or everything that was there has come to rest
watch.files                      how every file stands then
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pickup import _files
from pickup._files import is_allowed
from pickup.errors import ConfigError, LibraryError
from pickup.library import Library
from pickup.watch.claim import Claim
from pickup.watch.dispatch import Dispatch
from pickup.watch.files import WatchedFile
from pickup.watch.hints import Hints
from pickup.watch.looking import FolderAway, FolderReplaced, Place, mount_point
from pickup.watch.outputs import Outputs
from pickup.watch.refusals import Refusals
from pickup.watch.register import Register, Timing
from pickup.watch.settings import FolderSettings
from pickup.watch.status import WatcherState
from pickup.watch.telling import Telling
from pickup.watch.work import Bench, Gates
from pickup.watch.workers import Workers

_GLANCE_S = 0.1
_BETWEEN_TURNS_S = 0.05
_SECOND_S = 1.0
_SOON_S = 0.2
_MOST_FAULTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What all watched folders share.

    Attributes:
        state_folder: Where the ledger lies.
        stop: Whether to end.
        once: Whether to end as soon as everything that is there has come to rest.
        clock: Seconds that only grow.
        now: The time of day.
    """

    state_folder: Path
    stop: threading.Event = field(default_factory=threading.Event)
    gates: Gates = field(default_factory=Gates)
    once: bool = False
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


class FolderWatch:
    """The watcher of one folder.

    Args:
        settings: Of the folder.
        shared: With the other folders.
        tell: Told what goes into the log, a line at a time.

    Raises:
        ConfigError: The settings are wrong.
    """

    def __init__(self, settings: FolderSettings, *, shared: Shared, tell: Callable[[str], None]) -> None:
        self.folder = settings.folder
        """The watched folder."""
        self._settings = settings
        self._config = settings.of_folder()
        self._stamp = settings.stamp()
        self._library = Library.at(self._config.library_folder)
        self._library_id: str | None = None
        self._shared = shared
        self._tell = tell
        self._claim = Claim(
            folder=self.folder,
            layout=self._library.layout,
            on_wait=lambda sentence: tell(f"{sentence}; waiting to see whether it still lives"),
            stop=shared.stop.is_set,
        )
        self._wake = threading.Event()
        self.is_away = False
        """Whether the folder cannot be reached."""
        self._next_look = self._next_second = 0.0
        self._last_progress = shared.clock()
        self._lost_claim = ""
        self.is_replaced = False
        """Whether it ended because another drive lies over the folder: it is to be watched anew."""
        self._has_looked = False
        self._faults = 0

    # Life

    def begin(self) -> None:
        """Takes hold of the folder.

        Raises:
            ConfigError: It is not there.
            LibraryError: Another watcher has it or its library, or the library cannot be written.
        """
        layout, shared = self._library.layout, self._shared
        try:
            self._place = Place.of(self.folder, shut=(layout.folder, *map(Path, self._config.watch.deliver.values())))
            self._place.check()
        except FolderAway as away:
            raise ConfigError(
                f"the folder to watch is not there: {away.reason}",
                where=str(self.folder),
                next_step="make it, or correct the path",
            ) from away
        _files.make_folder(layout.folder)
        self._claim.take()
        self._library_id = self._library.id if self._library.exists else None
        self._telling = Telling(
            self.folder, layout=layout, state_folder=shared.state_folder, tell=self._tell, now=shared.now
        )
        self._refused = Refusals(self._telling, now=shared.now)
        remembered = self._telling.journal.read().values()
        self._telling.journal.compact(remembered)
        self._register = Register(
            remembered, timing=self._timing(), on_rest=self._on_rest, on_gone=self._telling.gone, now=shared.now
        )
        self._hints = Hints(self.folder, shut=(*self._place.shut, layout.folder), wake=self.wake)
        self._library_place = mount_point(layout.folder)
        self._workers = Workers(self._bench(), wake=self.wake)
        self._dispatch = Dispatch(
            place=self._place,
            library=self._library,
            register=self._register,
            workers=self._workers,
            purse=shared.gates.purse,
            log=self._telling.log,
            now=shared.now,
            settings=self._stamp,
        )
        self._use_findings()
        self._telling.log.info("watching %s%s; how it stands: %s", self.folder, self._how(), layout.status_page)

    def run(self) -> None:
        """Watches until it is told to stop, or has nothing left to do where it is to do it once.

        Raises:
            LibraryError: While the folder was away another watcher took it.
        """
        try:
            while not (self._shared.stop.is_set() or self._lost_claim or self.is_replaced):
                self._turn_safely()
                if self._shared.once and self._is_over():
                    break
                self._shared.stop.wait(_BETWEEN_TURNS_S)  # a file that is being written is heard of without end
                self._wake.wait(self._pause_s())
                self._wake.clear()
        finally:
            self._finish()
        if self._lost_claim:
            raise LibraryError(self._lost_claim, where=str(self.folder), next_step="let that one go on, or end it")

    def close(self) -> None:
        """Lets go of the folder."""
        self._hints.end()
        self._claim.give_up()

    def wake(self) -> None:
        """Makes the thread look at once whether there is something to do; for any thread."""
        self._wake.set()

    @property
    def library_folder(self) -> Path:
        """Where its takes and versions go."""
        return self._library.folder

    @property
    def files(self) -> Collection[WatchedFile]:
        """Every file that lies there, and those that may not be read."""
        return [*self._register.files, *self._refused.files]

    def _finish(self) -> None:
        """Ends what is under way in good order, then lets go."""
        try:
            if self._workers.is_busy:
                self._say(WatcherState.STOPPING)
            self._workers.end()
            self._dispatch.take(self._workers.fetch(), now=self._shared.clock(), is_here=self._is_here)
            self._say(WatcherState.STOPPED)
            self._telling.log.info("stopped watching %s", self.folder)
        finally:
            self.close()

    # A turn

    def _turn_safely(self) -> None:
        """A turn; a fault of ours in it is told, and ends the watcher only where it does not cease."""
        try:
            self._turn()
        except Exception as error:
            self._faults += 1
            if self._faults >= _MOST_FAULTS:
                raise
            self._telling.log.exception("a fault in Pickup")
            self._telling.problems["fault"] = f"a fault in Pickup ({error}); report it with watch.log, the work goes on"
            self._next_look = self._shared.clock() + _SECOND_S
        else:
            self._faults = 0
            self._telling.problems.pop("fault", None)

    def _turn(self) -> None:
        now = self._shared.clock()
        results = self._workers.fetch()
        if results:
            self._last_progress = now
        self._dispatch.take(results, now=now, is_here=self._is_here)
        try:
            if now >= self._next_look:
                self._look()
            elif not self.is_away:
                self._glance(now)
        except FolderReplaced as replaced:
            self._telling.log.warning("%s; %s is taken up anew", replaced.reason, self.folder)
            self.is_replaced = True
            return
        except FolderAway as away:
            self._leave(away.reason)
        if not self.is_away and not self._lost_claim:
            self._go_on(now)
        self._dispatch.hear()
        if self._telling.wait_s(self._revision(), now=now) <= 0:
            self._say(WatcherState.AWAY if self.is_away else WatcherState.WATCHING)

    def _go_on(self, now: float) -> None:
        """Everything that is due."""
        for file in self._register.overdue(now=now):
            self._dispatch.give_up(file)
        if now >= self._next_second:
            self._next_second = now + _SECOND_S
            self._dispatch.work_again(now=now)
        self._dispatch.go_on(now=now)

    def _pause_s(self) -> float:
        """Seconds until something is due, if nothing is heard before."""
        now = self._shared.clock()
        pause = self._next_look - now
        if not self.is_away:
            pause = min(pause, self._telling.wait_s(self._revision(), now=now))
        if any(True for _ in self._register.to_glance_at()):
            pause = min(pause, _GLANCE_S)
        elif not self._register.is_at_rest or any(each.standing.again for each in self._register.files):
            pause = min(pause, _SECOND_S)
        return max(pause, 0.01)

    def _is_over(self) -> bool:
        """Whether nothing more comes of what is there, but of what is still being written."""
        if self._workers.is_busy:
            return False
        if self.is_away or self._register.is_at_rest:
            return True
        now = self._shared.clock()
        if now - self._last_progress < 3 * self._register.timing.settle_s + 1:
            return False
        self._give_up_the_old()
        return True

    def _give_up_the_old(self) -> None:
        """Where a file is looked at once, the time of its last change says how long it has had."""
        for file in [each for each in self._register.files if each.arrival and each.arrival.tried]:
            age = self._shared.now().timestamp() - file.arrival.signature.mtime_ns / 1e9 if file.arrival else 0.0
            if not file.is_handled and age >= self._register.timing.deadline_s:
                self._dispatch.give_up(file)

    # Looking

    def _look(self) -> None:
        """Looks at the whole folder.

        Raises:
            FolderAway: It is not there.
        """
        self._place.check()  # with the folder gone, its settings are gone too
        if self.is_away:
            self._come_back()
        if self._lost_claim:
            return
        self._observe()
        self._read_settings_again()
        self._hints.take()
        look = self._place.look(recursive=self._config.watch.recursive, may_open=self._may_open)
        now = self._shared.clock()
        self._register.see_all(look.files, now=now)
        self._telling.journal.compact(self._register.known)
        if not self._has_looked:
            self._has_looked = True
            self._register.forget_absent()
        self._refused.update(look.refused)
        self._next_look = now + self._look_every_s

    def _glance(self, now: float) -> None:
        """Looks at files that something was heard of, and at those that may stand still soon.

        Raises:
            FolderAway: The folder is not there.
        """
        heard = self._hints.take()
        if heard.of_more:
            self._next_look = min(self._next_look, now + _SOON_S)
        names = {file.name: False for file in self._register.to_glance_at()} | dict(heard.files)
        if names:
            self._place.check()
        for name, closed in names.items():
            signature, why = self._place.glance(name, may_open=self._may_open)
            if why or name in self._refused:
                self._next_look = now  # what may not be read is judged with the others
            else:
                self._register.see(name, signature, now=now, closed=closed)

    def _may_open(self, path: str) -> bool:
        return self._config.media_below is None or is_allowed(path, roots=self._config.media_below)

    # Hints

    @property
    def _is_deaf(self) -> bool:
        """Whether nothing reliable is to be heard of the folder: what others do to a network drive is not told."""
        polling = self._config.watch.polling
        return polling == "always" or (polling == "auto" and self._place.network is not None)

    @property
    def _look_every_s(self) -> float:
        """Seconds between two looks at the whole folder."""
        watch = self._config.watch
        hears = watch.polling == "never" or not (self._is_deaf or "hints" in self._telling.problems)
        return watch.scan_s if hears else watch.poll_s

    def _observe(self) -> None:
        """Begins to listen, and again where that has ended or another folder lies there; before a look."""
        if self._is_deaf:
            self._hints.end()
        elif not self._hints.hears:
            problem = self._hints.begin(recursive=self._config.watch.recursive)
            if problem:
                self._telling.problems["hints"] = f"the system tells nothing of the folder ({problem}); it is polled"
            else:
                self._telling.problems.pop("hints", None)

    # Away and back

    def _is_here(self) -> bool:
        try:
            self._place.check()
        except FolderAway:
            return False
        return True

    def _leave(self, reason: str) -> None:
        """The folder is away; what is known of it is kept."""
        self._next_look = self._shared.clock() + self._config.watch.poll_s
        if not self.is_away:
            self.is_away = True
            self._hints.end()
            self._telling.problems["away"] = f"the folder cannot be reached: {reason}; it is looked for again and again"
            self._telling.log.warning("%s cannot be reached: %s", self.folder, reason)

    def _come_back(self) -> None:
        """The folder is there again; another watcher may have taken it, and another library may lie in it."""
        layout = self._library.layout
        try:
            _files.make_folder(layout.folder)
            if not self._claim.still_holds:
                self._claim.give_up()
                self._claim.take()
        except LibraryError as error:
            if isinstance(error.__cause__, OSError):
                raise FolderAway(error.message) from error
            self._lost_claim = error.message
            return
        if layout.folder.is_relative_to(self.folder):
            self._library_id = self._library.id if self._library.exists else None
        self.is_away = False
        self._telling.problems.pop("away", None)
        self._telling.log.info("%s is there again", self.folder)

    # Settings

    def _read_settings_again(self) -> None:
        """Settings that changed hold from now on; wrong ones are told, and the old ones hold."""
        stamp = self._settings.stamp()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            config = self._settings.of_folder()
        except ConfigError as error:
            where = f" in {error.where}" if error.where else ""
            self._telling.problems["settings"] = f"wrong settings{where}: {error.message}; the ones before hold"
            self._telling.log.warning("%s", self._telling.problems["settings"])
            return
        self._telling.problems.pop("settings", None)
        if config.library_folder != self._library.folder:
            self._telling.problems["settings"] = "another library is set; start the watcher again for it"
            config = self._settings.of_file(self.folder / "any.otio", library=self._library.folder)
        if config.watch.recursive != self._config.watch.recursive:
            self._hints.end()
        self._config = config
        self._register.timing = self._timing()
        self._dispatch.settings = stamp
        self._use_findings()
        self._telling.log.info("the settings were read again")

    def _use_findings(self) -> None:
        for key in [each for each in self._telling.problems if each.startswith("PROJECT_SETTING")]:
            del self._telling.problems[key]
        for finding in self._config.findings:
            self._telling.problems[f"{finding.code} {finding.where}"] = f"{finding.where}: {finding.message}"

    def _check_library(self) -> None:
        """Nothing is bought into a library that is not the one that was there: its drive may be away."""
        library = self._library
        known = self._library_id
        is_same = known is None or (library.exists and library.id == known)
        if not is_same or mount_point(library.folder) != self._library_place:
            raise LibraryError(
                "the library is not there any more, or another one lies in its place",
                where=str(library.folder),
                next_step="connect its drive or put it back; to begin a new one, start the watcher again",
            )

    def _settle_s(self) -> float:
        """How long a file stands still before something is made of it; it may be read before that."""
        watch = self._config.watch
        # What a network drive says of a file is as old as its cache: it has to say the same twice.
        return max(watch.settle_s, watch.poll_s) if self._is_deaf else watch.settle_s

    def _timing(self) -> Timing:
        watch = self._config.watch
        settle_s = watch.poll_s if self._is_deaf else watch.settle_s
        return Timing(settle_s=settle_s, deadline_s=watch.deadline_s, retry_s=min(watch.scan_s, watch.deadline_s / 2))

    def _bench(self) -> Bench:
        library = self._library.folder
        return Bench(
            settings=lambda path: self._settings.of_file(path, library=library),
            check_library=self._check_library,
            largest_bytes=lambda: self._config.limits.file_mb << 20,
            settle_s=self._settle_s,
            state_folder=self._shared.state_folder,
            outputs=Outputs(self._library.layout, clock=self._shared.clock),
            gates=self._shared.gates,
            stop=self._shared.stop,
            log=self._telling.log,
            clock=self._shared.clock,
            now=self._shared.now,
        )

    # Telling

    def _on_rest(self, file: WatchedFile, news: bool) -> None:  # noqa: FBT001 - as the register calls it
        if self._library_id is None and self._library.exists:
            self._library_id = self._library.id
        self._telling.rested(file, news)

    def _revision(self) -> object:
        return self._register.revision, self._refused.revision, self._dispatch.settings, self.is_away

    def _say(self, state: WatcherState) -> None:
        """Writes the status, unless its library is away: nothing is made in the place of a drive that is gone."""
        may_write = self._library.folder.is_dir() if self.is_away else self._is_here()
        if not may_write and not self.is_away:
            self._next_look = 0.0  # it went away just now
        elif may_write and not self._lost_claim:
            self._telling.write_status(
                state,
                files=self.files,
                revision=self._revision(),
                budget_per_day=self._config.budget_per_day,
                now=self._shared.clock(),
            )

    def _how(self) -> str:
        """How it is watched, where that is not the usual way."""
        if not self._is_deaf:
            return ""
        kind = f" ({self._place.network})" if self._place.network else ""
        return f"{kind}, by looking every {self._config.watch.poll_s:g} s"
