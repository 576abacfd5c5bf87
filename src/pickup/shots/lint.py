"""What a prompt lacks, and what generators do badly or a person must check.

Word lists, no model: hints, not verdicts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LintNote:
    """One hint about a prompt; `code` is stable."""

    code: str
    message: str


def _any(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})\b", re.IGNORECASE)


_PLACE = _any(
    r"in|on|at|over|under|inside|outside|along|through|across|near|behind|above|street|road|room|house|kitchen|office|"
    r"city|town|village|forest|field|beach|sea|ocean|river|lake|mountains?|desert|harbou?r|sky|interior|exterior|int|"
    r"ext|studio|station|market|garden|park|bridge|roof|window|church|school|factory|shore|coast|valley|horizon"
)
_LIGHT = _any(
    r"light|lit|lights?|sun|sunny|sunlight|sunset|sunrise|dawn|dusk|morning|noon|midday|afternoon|evening|night|"
    r"golden hour|blue hour|twilight|overcast|cloudy|backlit|backlight|shadow|shadows|neon|candle|moonlight|moonlit|"
    r"dark|bright|glow|silhouette|daylight"
)
_FRAMING = _any(
    r"wide|close[- ]?up|close|medium|establishing|aerial|drone|overhead|top[- ]?down|insert|macro|detail|two[- ]shot|"
    r"full shot|long shot|extreme|pov|point of view|over[- ]the[- ]shoulder|low angle|high angle|portrait|panorama"
)
_CAMERA = _any(
    r"push(?:es)?[- ]?in|pull(?:s)?[- ]?(?:back|out)|pan(?:s|ning)?|tilt(?:s|ing)?|dolly|track(?:s|ing)?|"
    r"zoom(?:s|ing)?|"
    r"handheld|hand-held|static|locked[- ]?off|steadicam|gimbal|crane|orbit(?:s|ing)?|tripod|still camera|slow motion|"
    r"time[- ]?lapse|fly(?:ing)? over|glid(?:es|ing)"
)
_DIALOGUE = _any(
    r"says|saying|speaks?|speaking|talks?|talking|dialogue|interview(?:s|ed)?|sings?|singing|whispers?|shouts?"
)
_FACES = _any(
    r"face|faces|portrait|close[- ]?up of (?:a |the |her |his )?(?:man|woman|person|child|eyes?)|smil(?:es|ing)|eyes"
)
_HANDS = _any(r"hands?|fingers?|typing|playing (?:the )?(?:piano|guitar|violin)|writing|knitting|handshake")
_TEXT = _any(r"sign|signs|text|caption|letters?|headline|newspaper|logo|screen showing|poster|label")
_BRAND = _any(
    r"apple|iphone|google|tesla|nike|adidas|coca[- ]?cola|pepsi|bmw|mercedes|audi|disney|marvel|mcdonald'?s|starbucks|"
    r"amazon|microsoft|samsung|sony|ferrari|porsche|lego|netflix|facebook|instagram|youtube|rolex|gucci"
)
_PERIOD = re.compile(
    r"\b(?:1[0-9]{3}s?|20[0-2]\d|\d{1,2}(?:st|nd|rd|th) century|victorian|medieval|edwardian|world war|"
    r"ww(?:1|2|i|ii))\b",
    re.IGNORECASE,
)
_NAMED = re.compile(r"(?<![.!?:] )(?<!^)\b[A-Z][a-z]{2,}(?: [A-Z][a-z]{2,})+\b")
_WORDS = re.compile(r"[^\W\d_]{2,}")
_SUBJECT_WORDS = 2

_LACKS = (
    ("NO_PLACE", _PLACE, "says no place: where is it, inside or outside?"),
    ("NO_LIGHT", _LIGHT, "says no light: what time of day, what light?"),
    ("NO_FRAMING", _FRAMING, "says no framing: wide, medium, close-up?"),
    ("NO_CAMERA", _CAMERA, "says no camera: static, pan, slow push in?"),
)
_HARD = (
    ("DIALOGUE", _DIALOGUE, "speech: lips rarely match; plan the sound separately"),
    ("FACES", _FACES, "close faces: check them frame by frame"),
    ("HANDS", _HANDS, "hands: check them frame by frame"),
    ("LETTERING", _TEXT, "readable text in the picture usually comes out wrong; add it in the edit"),
    ("BRAND", _BRAND, "a brand: clear the rights, or describe the thing without its name"),
    ("PERIOD", _PERIOD, "an exact period: check costume, cars and buildings"),
)


def lint_prompt(words: str, *, briefed: bool) -> tuple[LintNote, ...]:
    """Hints about the editor's own words, what is missing first.

    Args:
        words: The brief with its fields, without the style's words.
        briefed: Whether there is a brief at all; without one there is one hint only.
    """
    if not briefed:
        return (LintNote(code="UNBRIEFED", message="nobody wrote what to show; add a marker with a note"),)
    return tuple(_notes(words))


def _notes(words: str) -> Iterator[LintNote]:
    if len(_WORDS.findall(words)) < _SUBJECT_WORDS:
        yield LintNote(code="NO_SUBJECT", message="says no subject: who or what is seen, doing what?")
    for code, pattern, message in _LACKS:
        if not pattern.search(words):
            yield LintNote(code=code, message=message)
    for code, pattern, message in _HARD:
        found = pattern.search(words)
        if found:
            yield LintNote(code=code, message=f"“{found.group()}”: {message}")
    named = _NAMED.search(words)
    if named:
        message = f"“{named.group()}”: a named person or an exact place; check likeness, rights and accuracy"
        yield LintNote(code="NAMED", message=message)
