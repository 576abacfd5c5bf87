"""How an outcome reaches the editor: always in the console, and in a small window where Resolve can make one.

show(outcome, resolve=resolve, scope=globals())
"""

import sys
from typing import TYPE_CHECKING, cast

from pickup_for_resolve.api import ask, is_studio

if TYPE_CHECKING:
    from typing import Callable, Dict, List, Mapping, Optional, Protocol

    from fusionscript import Resolve

    from pickup_for_resolve.words import Outcome

    class Element(Protocol):
        """A part of a window."""

    class Events(Protocol):
        """What can happen to an element."""

        Clicked: "Callable[[object], None]"
        Close: "Callable[[object], None]"

    class Window(Element, Protocol):
        """A window; `On` has the events of an element by its id."""

        On: "Mapping[str, Events]"

        def Show(self) -> None:  # noqa: N802  Fusion's name
            """Shows it."""

        def Hide(self) -> None:  # noqa: N802  Fusion's name
            """Hides it."""

    class Manager(Protocol):
        """Makes the parts of windows."""

        def VGroup(self, children: "List[Element]") -> Element:  # noqa: N802  Fusion's name
            """Parts one below the other."""

        def Label(self, settings: "Dict[str, object]") -> Element:  # noqa: N802  Fusion's name
            """Text."""

        def Button(self, settings: "Dict[str, object]") -> Element:  # noqa: N802  Fusion's name
            """A button."""

    class Dispatcher(Protocol):
        """Makes windows and waits for what happens in them."""

        def AddWindow(self, settings: "Dict[str, object]", children: "List[Element]") -> Window:  # noqa: N802
            """A new window."""

        def RunLoop(self) -> None:  # noqa: N802  Fusion's name
            """Waits until the loop is left."""

        def ExitLoop(self) -> None:  # noqa: N802  Fusion's name
            """Leaves the loop."""

    class FusionWithWindows(Protocol):
        """The `fusion` object; the stubs do not say what it has."""

        UIManager: Manager

    class FusionModule(Protocol):
        """The `bmd` object, or the module DaVinciResolveScript."""

        def UIDispatcher(self, manager: Manager) -> Dispatcher:  # noqa: N802  Fusion's name
            """What makes windows."""


def show(outcome: "Outcome", *, resolve: "Optional[Resolve]", scope: "Mapping[str, object]") -> None:
    """Prints an outcome, and shows it in a window where that is possible.

    Args:
        outcome: What to show.
        resolve: The `resolve` object, if there is one.
        scope: The globals of the script, where Resolve puts `fusion` and `bmd`.
    """
    title = "Pickup" if outcome.good else "Pickup could not do it"
    _print("\n".join([f"{title}:", *(f"  {line}" for line in outcome.lines)]))
    # In the free edition a window is a function of Studio, which answers with a dialog of its own (19.1).
    if resolve is not None and is_studio(resolve):
        ask(_open_window, title, "\n\n".join(outcome.lines), resolve=resolve, scope=scope)


def _print(text: str) -> None:
    """Prints; a console that lacks a letter gets a question mark for it."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding) + "\n")


def _open_window(title: str, text: str, *, resolve: "Resolve", scope: "Mapping[str, object]") -> None:
    fusion = cast("FusionWithWindows", scope.get("fusion") or resolve.Fusion())
    module = cast("FusionModule", scope.get("bmd") or sys.modules["DaVinciResolveScript"])
    manager = fusion.UIManager
    dispatcher = module.UIDispatcher(manager)
    label = manager.Label({"ID": "PickupText", "Text": text, "WordWrap": True, "Weight": 1})
    button = manager.Button({"ID": "PickupOK", "Text": "OK", "Weight": 0})
    settings: "Dict[str, object]" = {"ID": "PickupWindow", "WindowTitle": title, "Geometry": [400, 300, 560, 240]}
    window = dispatcher.AddWindow(settings, [manager.VGroup([label, button])])

    def leave(event: object) -> None:  # noqa: ARG001  Fusion gives one
        dispatcher.ExitLoop()

    window.On["PickupOK"].Clicked = leave
    window.On["PickupWindow"].Close = leave
    window.Show()
    dispatcher.RunLoop()
    window.Hide()
