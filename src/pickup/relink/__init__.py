"""`pickup relink`: the takes that exist, put back into a cut that was exported again; nothing is generated.

standing    how each shot of the cut stands: kept, trimmed, too long, new, or to be asked
run         reads, recognizes, writes the version that shows the takes
documents   the same for programs
"""

from pickup.relink.run import Relinked, RelinkOptions, relink
from pickup.relink.standing import Standing, State

__all__ = ["RelinkOptions", "Relinked", "Standing", "State", "relink"]
