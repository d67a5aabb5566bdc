"""English, both ways: plans printed as sentences, and sentences read as plans. The phrases are the node types' own."""

from interlock.syntax.english.misunderstood import Misunderstood, Unplaced
from interlock.syntax.english.printer import print_plan
from interlock.syntax.english.reader import read_english
from interlock.syntax.english.scene import Schemas

__all__ = ["Misunderstood", "Schemas", "Unplaced", "print_plan", "read_english"]
