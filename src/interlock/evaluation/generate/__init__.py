"""Random valid plans over the whole registry, with data that fits them: `draw_case`."""

from __future__ import annotations

from interlock.evaluation.generate.plans import draw_case
from interlock.evaluation.generate.shape import Shape

__all__ = ["Shape", "draw_case"]
