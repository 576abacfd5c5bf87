"""Bundles: a timeline and its media in one zip, as OpenTimelineIO defines them (`.otioz`).

    version.txt      1.0.0
    content.otio     the timeline; its references are relative: media/A001.mov
    media/A001.mov   whole files, stored without compression

A bundle from elsewhere is not believed: `read_bundle` hands out the timeline only of one that can be unpacked safely,
and `extract_media` checks every byte. `write_bundle` packs a timeline that was delivered already. What a timeline says
is not looked at here, only where its media lie.

    held = read_bundle(Path("reel1.otioz"), limits=ReadLimits())
    extract_media(Path("reel1.otioz"), Path("pickup/cuts/reel1/bundle"))
    write_bundle(Path("reel1_v001.otio"), Path("reel1_v001.otioz"), local=looker.local)
"""

from pickup.timelines.bundles.reading import BundleContent, extract_media, media_key, read_bundle
from pickup.timelines.bundles.writing import write_bundle

__all__ = ["BundleContent", "extract_media", "media_key", "read_bundle", "write_bundle"]
