"""`interlock`: the command line. Exit codes: 0 ok, 1 refused by checks, 2 wrong usage, 3 the run failed, 70 a fault of Interlock itself."""

from __future__ import annotations

import sys

import typer

from interlock.doors.cli import cache, check, compile, explain, graph, init, nodes, pin, plan, run, schema
from interlock.doors.cli.output import fail_usage

app = typer.Typer(
    name="interlock",
    help="Plan, check, compile and run typed workflows.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    epilog="Exit codes: 0 ok, 1 refused by checks, 2 wrong usage, 3 the run failed, 70 a fault of Interlock itself.",
)
for command in (init, plan, check, compile, run, schema, graph, pin, nodes, explain, cache):
    app.command(command.NAME)(command.command)


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
    from interlock.api import ProjectError, RegistryError, VerificationError

    try:
        app(standalone_mode=True)
    except (ProjectError, RegistryError) as error:
        sys.exit(fail_usage(str(error)))
    except VerificationError as error:
        print(f"interlock: a fault of Interlock itself, not of the plan: {error}", file=sys.stderr)
        print("  = help: please report it with the plan; nothing was run", file=sys.stderr)
        sys.exit(70)
    except BrokenPipeError:
        sys.exit(1)
    except OSError as error:
        sys.exit(fail_usage(f"{error.filename or 'a file'}: {error.strerror or error}"))
