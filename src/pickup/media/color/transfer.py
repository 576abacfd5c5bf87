"""The map from one picture's colors to another's: affine in display RGB, so that a matrix and an offset say it all.

Monge-Kantorovich linear (MKL): of all affine maps that give the first colors the mean and covariance of the second, the
one that moves them least (F. Pitié and A. Kokaram, "The linear Monge-Kantorovitch linear colour mapping for
example-based colour transfer", 2007). Its matrix is symmetric, so its gains are plain: its eigenvalues.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from pickup.media.color.difference import Picture, Values

LARGEST_GAIN = 2.5
"""No color is spread by more, or pressed together by more: 8-bit steps and noise grow with the gain. In gamma a stop
is about 1.37, so 2.5 is nearly three stops."""
_NOISE = 2 / 255
"""What differs by less is noise: its spread is added to both sides, so that one-colored axes keep a gain near 1."""

Triple: TypeAlias = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Affine:
    """`matrix @ rgb + offset` on display RGB from 0 to 1; what falls outside is clipped when it is applied."""

    matrix: tuple[Triple, Triple, Triple] = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    offset: Triple = (0.0, 0.0, 0.0)

    @classmethod
    def of(cls, matrix: ArrayLike, *, offset: ArrayLike) -> Affine:
        """From arrays of (3, 3) and (3,)."""
        rows = [_triple(row) for row in np.asarray(matrix, dtype=np.float64)]
        return cls(matrix=(rows[0], rows[1], rows[2]), offset=_triple(offset))

    def at(self, strength: float) -> Affine:
        """As far towards it as `strength` says: 0 changes nothing, 1 is all of it."""
        matrix = np.eye(3) + strength * (np.array(self.matrix) - np.eye(3))
        return Affine.of(matrix, offset=strength * np.array(self.offset))

    def inverse(self) -> Affine:
        """The map back; every gain is above 0, so there is one."""
        matrix = np.linalg.inv(np.array(self.matrix))
        return Affine.of(matrix, offset=-matrix @ np.array(self.offset))

    def colors(self, rgb: ArrayLike) -> Values:
        """Mapped colors, clipped to 0 to 1; any shape that ends in 3."""
        mapped = np.asarray(rgb, dtype=np.float64) @ np.array(self.matrix).T + np.array(self.offset)
        return np.asarray(np.clip(mapped, 0.0, 1.0), dtype=np.float64)

    def picture(self, picture: Picture) -> Picture:
        """A mapped copy of an 8-bit picture, rounded."""
        return np.asarray(self.colors(picture / 255) * 255 + 0.5, dtype=np.uint8)


IDENTITY = Affine()


def transfer(pairs: Sequence[tuple[Values, Values]], *, weights: Sequence[float]) -> Affine:
    """The MKL map that takes each pair's first colors to its second, (n, 3) each, the pairs counting by weight.

    The gains are held between 1 / 2.5 and 2.5. Colors that no map can be read from give the one that changes nothing.
    """
    shares = np.array(weights, dtype=np.float64) / np.sum(weights)
    mean, spread = _statistics([first for first, _ in pairs], shares=shares)
    wanted_mean, wanted_spread = _statistics([second for _, second in pairs], shares=shares)
    root = _powered(spread, 0.5)
    inverse_root = _powered(spread, -0.5)
    matrix = inverse_root @ _powered(root @ wanted_spread @ root, 0.5) @ inverse_root
    gains, axes = np.linalg.eigh((matrix + matrix.T) / 2)
    held = axes @ np.diag(np.clip(gains, 1 / LARGEST_GAIN, LARGEST_GAIN)) @ axes.T
    offset = wanted_mean - held @ mean
    return Affine.of(held, offset=offset) if np.isfinite([*held.flat, *offset]).all() else IDENTITY


def unclipped(first: Values, second: Values) -> tuple[Values, Values]:
    """Points that are clipped on neither side, (n, 3) each, of points that correspond; all, where few would be left."""
    low, high = 4 / 255, 251 / 255
    whole = [(each.max(axis=1) < high) & (each.max(axis=1) > low) for each in (first, second)]
    kept = whole[0] & whole[1]
    return (first[kept], second[kept]) if kept.mean() > 0.2 else (first, second)  # noqa: PLR2004 - a fifth


def _statistics(parts: Sequence[Values], *, shares: Values) -> tuple[Values, Values]:
    """Mean, and covariance with the noise added, of all parts together, each counting by its share."""
    mean = sum((share * part.mean(axis=0) for share, part in zip(shares, parts, strict=True)), np.zeros(3))
    spread = _NOISE**2 * np.eye(3)
    for share, part in zip(shares, parts, strict=True):
        apart = part - mean
        spread = spread + share * (apart.T @ apart) / len(part)
    return mean, spread


def _powered(matrix: Values, exponent: float) -> Values:
    """A power of a symmetric matrix whose eigenvalues are not negative."""
    values, axes = np.linalg.eigh((matrix + matrix.T) / 2)
    return np.asarray(axes @ np.diag(np.maximum(values, 1e-12) ** exponent) @ axes.T, dtype=np.float64)


def _triple(values: ArrayLike) -> Triple:
    first, second, third = np.asarray(values, dtype=np.float64)
    return float(first), float(second), float(third)
