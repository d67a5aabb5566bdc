"""Makes `random_plans` importable for the tests beside it, and the good plans of the rule tests for it."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "properties"), str(HERE.parent / "spec")]
