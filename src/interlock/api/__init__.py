"""The one place that composes rooms: what a program, the command line and other doors call.

    from interlock import Project
    project = Project.at(".")
    checked = project.read("sales.plan.yaml")
    report = project.run("sales.plan.yaml", inputs={"minimum": 100})

What only some calls need is imported where it is called: a check starts in a fraction of a second.
"""

from __future__ import annotations

from interlock.api.checked import Checked as Checked
from interlock.api.checked import Refused as Refused
from interlock.api.configuration import ProjectError as ProjectError
from interlock.api.project import Project as Project
from interlock.api.rules import rules as rules
from interlock.api.starter import create_project as create_project
from interlock.compiler.lower.verify import VerificationError as VerificationError
from interlock.registry.registry import RegistryError as RegistryError
from interlock.runtime.execute import Report as Report
from interlock.runtime.execute import RunFailed as RunFailed
from interlock.runtime.store import JournalError as JournalError
