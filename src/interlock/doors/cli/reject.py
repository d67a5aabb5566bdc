"""`interlock reject`."""

from __future__ import annotations

from interlock.doors.cli.output import AsJson, ProjectFolder
from interlock.doors.cli.reviewing import By, Note, Target, decide

NAME = "reject"


def command(target: Target, by: By = "", note: Note = "", json: AsJson = False, project: ProjectFolder = None) -> None:
    """Reject what a plan would do. Runs that wait for it do not go on, and an earlier approval of it no longer holds."""
    decide("rejected", target, by, note, json, project)
