"""ICC profiles of stills: a phone's pictures are in Display P3, and shown as they are they look pale.

in_srgb(image, profile=profile_of(path))
"""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, ImageCms, UnidentifiedImageError


def profile_of(path: Path) -> bytes | None:
    """The profile that a still carries; None where there is none, or none that Pillow reads.

    Pillow reads the header alone. PyAV 18.1 has the profile as well, but asking a frame of a TIFF for its side data
    ends the process.
    """
    try:
        with Image.open(path) as image:
            profile = image.info.get("icc_profile")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError):
        return None
    return profile if isinstance(profile, bytes) else None


def in_srgb(image: Image.Image, *, profile: object) -> Image.Image:
    """Colors as they are shown, 8-bit RGB; a profile that is none, or does not fit the picture, is passed over."""
    if isinstance(profile, bytes) and profile:
        try:
            shown = ImageCms.profileToProfile(
                image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            shown = None
        if shown is not None:
            return shown
    return image.convert("RGB")
