"""Which look a shot gets, and which hour its words speak of. Pure: words in, names out, no pixels.

A look is one of `LOOKS`. `JOIN` is what a quote says when both neighbours exist: whether they are alike enough for a
bridge is seen only in the pixels, so the renderer decides between bridge and push, and says which it took.

    >>> plate_in("Wide of the OCEAN at dusk")
    'sea'
    >>> hour_in("Wide of the ocean at dusk")
    'dusk'
    >>> plate_in("She pours a glass of water") is None
    True
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pickup.errors import ProviderRefused
from pickup.offers import Wish
from pickup.ports import Generation

BRIDGE, PUSH, STILL, PLATE, SLATE = "bridge", "push", "still", "plate", "slate"
LOOKS = (BRIDGE, PUSH, STILL, PLATE, SLATE)
"""What `look:` in a brief may ask for."""

JOIN = "join"
"""Quoted when both neighbours exist and the editor named no look: a bridge if they are related, else a push."""


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)


_PLATES: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "sea": _words(
            r"seas?(?! of sand\b)|oceans?|beach(?:es)?|waves?|shores?|shoreline|seaside|seascape|coast(?:al|line)?|"
            r"surf|tides?|lakes?|lagoon|bays?|harbou?rs?|"
            r"(?:open|calm|still|deep|dark|over|across|on|by) (?:the )?water|water'?s edge"
        ),
        "city": _words(
            r"cit(?:y|ies)|cityscape|streets?|neon|downtown|skyline|skyscrapers?|urban|alley(?:way)?|avenue|boulevard|"
            r"traffic|rooftops?|towers?|metropolis"
        ),
        "mountains": _words(
            r"mountains|mountain(?! of\b| bik)|mountain(?:side|top|ous)|hills?|hill(?:side|top)s?|foothills|ridges?|"
            r"(?<!its )(?<!his )(?<!her )(?<!their )peaks?(?! (?:hours?|times?|seasons?)\b)|ridgeline|"
            r"summits?(?! (?:meeting|talks)\b)|alps?|alpine|himalayas?|sierras?|massif|valleys?"
        ),
        "forest": _words(
            r"(?:rain)?forests?|woods|woodlands?|(?<!palm )(?<!christmas )trees|treetops|jungles?|pines|birches|"
            r"grove|thicket"
        ),
        "desert": _words(r"deserts?|dunes?|sahara|gobi|mojave|sand ?storms?|sea of sand"),
        "snow": _words(
            r"snow|snow(?:s|y|ing|fall|fields?|storms?|flakes?|drifts?|bound|scape)|blizzards?|tundra|arctic|antarctic|"
            r"winter(?:y|'s)? (?:\w+ )?(?:fields?|landscape|plains?|woods|forests?|country(?:side)?|meadows?)|"
            r"(?:frozen|icy) (?:fields?|lakes?|rivers?|plains?|ground|wastes?|land(?:scape)?|wind)|glaciers?|"
            r"ice ?(?:fields?|floes?|sheets?|caps?|storms?)|(?:across|over|out on|onto|on) the ice|snow and ice"
        ),
        "fire": _words(
            r"(?<!under )(?<!open )(?<!opens )(?<!cease )fires?(?! (?:escapes?|trucks?|engines?|exits?|stations?|"
            r"alarms?|hydrants?|departments?|drills?|brigade|doors?|at)\b)|flames?|camp ?fires?|bonfires?|"
            r"wild ?fires?|blaze|inferno|embers|burning(?! (?:sun|heat|sands?|desert|desire|questions?|eyes)\b)"
        ),
        "sky": _words(r"sk(?:y|ies)|clouds?|cloudy|horizon|stars|starry|heavens?"),
    }
)
PLATES = tuple(_PLATES)
"""The plates that can be drawn."""

_WEATHER: Mapping[str, re.Pattern[str]] = MappingProxyType({"city": _words(r"rain(?:y|ing)?")})
"""Words that bring a plate to mind only where nothing else is named."""

_CLIMBED = _words(r"snow[- ]?(?:capped|covered|y|clad)|(?:eternal|fresh|deep) snow")

_INDOORS = _words(r"int|interior|indoors?|close-?up|close up|closeup|portrait|insert|tabletop|macro|cu|ecu")

_HOURS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "storm": _words(r"(?:sand|snow)?storm(?:y)?|blizzard|overcast|gr[ae]y|fog(?:gy)?|mist(?:y)?|bleak|drizzle"),
        "golden": _words(r"sunset|sun ?down|golden hour|golden|magic hour|late afternoon|setting sun"),
        "dawn": _words(r"dawn|sunrise|daybreak|first light|early morning|rising sun"),
        "dusk": _words(r"dusk|twilight|blue hour|evening|nightfall|gloaming"),
        "night": _words(
            r"nights?|midnight|moonlit|moonlight|moon|nocturnal|stars|starry|neon|dark(?:ness)?|lamplight|lamplit"
        ),
        "day": _words(r"day|daytime|daylight|noon|midday|morning|afternoon|sunny|bright"),
    }
)
_USUAL_HOUR: Mapping[str, str] = MappingProxyType({"city": "night", "fire": "night"})


def plate_in(prompt: str) -> str | None:
    """The plate that a prompt's words ask for, or None.

    An interior or a close-up is never scenery. What burns is the subject wherever it burns. Else the plate with more
    words wins, then the earlier; every place wins over the sky, which all of them have, and over rain.
    """
    if _INDOORS.search(prompt):
        return None
    found = {plate: [match.start() for match in words.finditer(prompt)] for plate, words in _PLATES.items()}
    if found["fire"]:
        return "fire"
    if found["mountains"] and _CLIMBED.search(prompt):
        found["snow"] = []  # the mountains have snow
    if found["snow"]:
        found["forest"] = []  # the winter field has trees
    places = [plate for plate in PLATES if found[plate] and plate != "sky"]
    if places:
        return min(places, key=lambda plate: (-len(found[plate]), found[plate][0]))
    if found["sky"]:
        return "sky"
    return next((plate for plate, words in _WEATHER.items() if words.search(prompt)), None)


def hour_in(prompt: str, *, stated: str = "", plate: str | None = None) -> str:
    """The time of day to light a picture by.

    Args:
        prompt: The brief's prose.
        stated: The `time:` field, which wins over the prose.
        plate: Decides the hour when no word does: a city and a fire are seen at night, the rest by day.
    """
    for text in (stated, prompt):
        found = [(match.start(), hour) for hour, words in _HOURS.items() if (match := words.search(text))]
        if found:
            return min(found)[1] if text is stated else _strongest(found)
    return _USUAL_HOUR.get(plate or "", "day")


_RAIN = _words(r"rain(?:y|ing|s)?|storm(?:y)?|downpour|drizzle|drizzling|wet")


_NO_COLOR = _words(r"black[- ]and[- ]white|black & white|b&w|b/w|monochrome|noir|grayscale|greyscale|newsreel")


def is_colorless(prompt: str) -> bool:
    """Whether the words ask for black and white."""
    return _NO_COLOR.search(prompt) is not None


def rains_in(prompt: str) -> bool:
    """Whether the words speak of rain."""
    return _RAIN.search(prompt) is not None


def _strongest(found: list[tuple[int, str]]) -> str:
    """Several hours in prose ("a bright neon night"): the one named first in `_HOURS` says most about the light."""
    order = list(_HOURS)
    return min((hour for _, hour in found), key=order.index)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A look with the frames it wants.

    Attributes:
        joins_before: The first generated frame continues the shot before: no handle there.
        joins_after: The last generated frame leads into the shot after: no handle there.
        uses_before: The frame before is needed, as condition or as backdrop.
        uses_after: The frame after is needed.
        why: One sentence for the plan.
    """

    look: str
    why: str
    joins_before: bool = False
    joins_after: bool = False
    uses_before: bool = False
    uses_after: bool = False


def choose(wish: Wish) -> Choice:
    """The look for a wish: what the editor named, else what the brief and the neighbours allow.

    Raises:
        ProviderRefused: The named look is unknown, or lacks its frames or its word.
    """
    if wish.look:
        return _named(wish.look.strip().lower(), wish=wish)
    if wish.briefed:
        plate = plate_in(wish.prompt)
        return _plate(plate) if plate else _slate(wish)
    if wish.before and wish.after:
        return _joined(JOIN, "between its two neighbours: a bridge if they are related, else push and dissolve")
    return _still(wish) if wish.before or wish.after else _slate(wish)


def _named(look: str, *, wish: Wish) -> Choice:
    if look in PLATES:
        return _plate(look)
    if look not in LOOKS:
        raise ProviderRefused(
            f"slate has no look {look!r}",
            next_step=f"write one of {', '.join((*LOOKS, *PLATES))}, or leave `look:` out",
        )
    if look in (JOIN, BRIDGE, PUSH):
        if not (wish.before and wish.after):
            raise ProviderRefused(
                f"a {look} needs a readable frame on both sides of the hole, and one is missing",
                next_step="bring the neighbour's media online, or write `look: still` or `look: slate`",
            )
        return _joined(look, f"{look}, as the brief asks")
    if look == STILL:
        if not (wish.before or wish.after):
            raise ProviderRefused(
                "a still needs a readable frame beside the hole, and there is none",
                next_step="bring a neighbour's media online, or write `look: slate`",
            )
        return _still(wish)
    if look == SLATE:
        return _slate(wish)
    plate = plate_in(wish.prompt)
    if plate is None:
        raise ProviderRefused(
            f"no word of the brief names a plate; slate can draw: {', '.join(PLATES)}",
            next_step="name one in the brief (ocean, city street, clouds, …), write `look: sea`, or use `look: slate`",
        )
    return _plate(plate)


def _joined(look: str, why: str) -> Choice:
    return Choice(look=look, why=why, joins_before=True, joins_after=True, uses_before=True, uses_after=True)


def _still(wish: Wish) -> Choice:
    before = wish.before
    why = f"a slow move on the {'last frame before' if before else 'first frame after'} the hole"
    return Choice(
        look=STILL, why=why, joins_before=before, joins_after=not before, uses_before=before, uses_after=not before
    )


def _plate(plate: str) -> Choice:
    return Choice(look=plate, why=f"the brief speaks of it: {plate}")


def _slate(wish: Wish) -> Choice:
    why = "a card with the brief" if wish.briefed else "a card: there is no brief and no neighbour to go by"
    return Choice(look=SLATE, why=why, uses_before=wish.before, uses_after=wish.after and not wish.before)


def plate_of(request: Generation) -> str | None:
    """The plate that a request asks for, or None for any other look.

    Raises:
        ProviderRefused: A plate without a word that says which.
    """
    if request.look in PLATES:
        return request.look
    if request.look != PLATE:
        return None
    plate = plate_in(request.prompt) or (plate_in(request.burn_in.brief) if request.burn_in else None)
    if plate is None:
        raise ProviderRefused(
            f"no word of the brief names a plate; slate can draw: {', '.join(PLATES)}",
            where=request.shot,
            next_step="name one in the brief, or use `look: slate`",
        )
    return plate
