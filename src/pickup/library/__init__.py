"""The library on disk: takes, shot codes, cuts and their versions, readable by a person.

library = Library.at(Path("pickup"))
cut = library.claim_cut(Path("harbor_v3.otio"))
with library.hold_cut(cut, on_wait=say_who_has_it):
    ...
"""

from pickup.library.folder import Library
from pickup.library.lock import Waiting

__all__ = ["Library", "Waiting"]
