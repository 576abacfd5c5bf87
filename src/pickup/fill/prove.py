"""`pickup verify`: a delivered timeline against the editor's own, whatever the format of either."""

from __future__ import annotations

from pathlib import Path

from pickup.config import Config
from pickup.errors import TimelineError
from pickup.fill.facts import media_facts
from pickup.fill.reading import read_settings, rules_of, source_folder
from pickup.fill.sent import read_sent
from pickup.library import Library
from pickup.timelines.dialect import Aspect
from pickup.timelines.limits import is_bundle
from pickup.timelines.proof import Proof, prove_unchanged
from pickup.timelines.survey import survey_timeline


def prove_delivered(new: Path, *, against: Path, config: Config) -> Proof:
    """Compares a new timeline with the one it was made from.

    Media are opened only where the files alone leave it open which frames they show: where one of them does not say
    at what timecode its media begin.

    Raises:
        TimelineError: One of them cannot be read, or the new one is a bundle, whose media lie elsewhere by design.
    """
    if is_bundle(new):
        raise TimelineError(
            f"{new.name} is a bundle: its clips link the copies inside, not the files of {against.name}",
            where=str(new),
            next_step=f"verify the timeline that was packed: {new.with_suffix('.otio').name}, which lies beside it",
        )
    library = Library.at(config.library_folder)
    settings, rules = read_settings(config, library=library, sent=read_sent(against)[0]), rules_of(config)
    folder = source_folder(against, library=library)
    proof = prove_unchanged(new, against=against, settings=settings, rules=rules, folder=folder)
    if all(each.aspect is not Aspect.SOURCE for each in proof.differences):
        return proof
    survey = survey_timeline(against, settings=settings, rules=rules, folder=folder)
    facts = media_facts(survey.media)
    return prove_unchanged(new, against=against, settings=settings, rules=rules, folder=folder, facts=facts)
