"""`interlock`: the command line. Exit codes: 0 ok, 1 refused by checks, 2 wrong usage, 3 the run failed, 4 it waits for a person, 70 a fault of Interlock itself."""

from __future__ import annotations

import sys

import typer

from interlock.doors.cli import (
    answer,
    approve,
    audit,
    cache,
    check,
    compile,
    diff,
    explain,
    fork,
    fuzz,
    gc,
    graph,
    init,
    lineage,
    nodes,
    pin,
    plan,
    plans,
    reject,
    replay,
    resume,
    run,
    runs,
    schema,
    show,
    trace,
)
from interlock.doors.cli.bullets import TaskCommand
from interlock.doors.cli.missing_run import RunCommand
from interlock.doors.cli.output import fail_usage

app = typer.Typer(
    name="interlock",
    help="Plan, check, compile and run typed workflows.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    epilog="Exit codes: 0 ok, 1 refused by checks, 2 wrong usage, 3 the run failed, 4 it waits for a person, 70 a fault of Interlock itself.",
)
for command in (
    init,
    plan,
    check,
    compile,
    run,
    runs,
    show,
    trace,
    replay,
    fork,
    gc,
    resume,
    schema,
    lineage,
    diff,
    graph,
    pin,
    approve,
    reject,
    answer,
    nodes,
    explain,
    fuzz,
    cache,
):
    app.command(command.NAME, cls=TaskCommand if command is plan else RunCommand)(command.command)
for commands in (plans, audit):
    app.add_typer(commands.group)


@app.callback(invoke_without_command=True)
def version(
    context: typer.Context,
    show: bool = typer.Option(False, "--version", help="Print the version and stop."),
) -> None:
    """Plan, check, compile and run typed workflows."""
    if show:
        from interlock import __version__

        print(f"interlock {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; errors of the project itself become one line and exit code 2."""
    from interlock.api import JournalError, ProjectError, RegistryError, VerificationError

    try:
        app(standalone_mode=True)
    except (ProjectError, RegistryError) as error:
        sys.exit(fail_usage(str(error)))
    except JournalError as error:
        help = f"\n  = help: {error.help}" if error.help else ""
        help += "\n  = more: interlock explain IL915" if error.code == "IL915" else ""
        code = fail_usage(f"{error.message}{help}", "--json" in sys.argv)
        sys.exit(3 if error.code == "IL915" else code)
    except VerificationError as error:
        print(f"interlock: a fault of Interlock itself, not of the plan: {error}", file=sys.stderr)
        print("  = help: please report it with the plan; nothing was run", file=sys.stderr)
        sys.exit(70)
    except BrokenPipeError:
        sys.exit(1)
    except OSError as error:
        sys.exit(fail_usage(f"{error.filename or 'a file'}: {error.strerror or error}"))
