"""The command line: streams, exit codes, and the one place where errors become messages."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper

from migrator.cli.arguments import is_route_only, move_command_first, parse
from migrator.cli.options import COMMANDS
from migrator.cli.plugin import PROGRAM
from migrator.errors import IncompleteOutputError, InterruptedByUser, MigratorError, WriteError
from migrator.report import streams


def run_command_line(arguments: list[str]) -> int:
    """Run a command line, flush its output, and return the exit code of the process. Raises nothing."""
    _prepare_streams()
    verbose = bool({"-v", "--verbose"} & set(arguments))
    try:
        code = _dispatch(arguments)
        if code != IncompleteOutputError.exit_code:  # otherwise the output has already failed
            sys.stdout.flush()
            sys.stderr.flush()
        return code
    except SystemExit as leaving:  # --help and --version
        sys.stdout.flush()
        return int(leaving.code or 0)
    except MigratorError as error:
        return _fail(str(error), error.exit_code, arguments)
    except KeyboardInterrupt:
        return _fail("interrupted; nothing was written.", InterruptedByUser.exit_code, arguments)
    except BrokenPipeError:
        # The reader of our output has closed it (as in `… | head`), so nobody would see a message.
        return InterruptedByUser.exit_code
    except OSError as error:
        return _fail(f"output cannot be written: {error.strerror or error}.", WriteError.exit_code)
    except RecursionError:
        return _fail("the file is nested too deeply.", 2, arguments)
    except Exception as error:
        if verbose:
            raise
        kind = type(error).__name__
        return _fail(f"this is a bug in {PROGRAM} ({kind}: {error}). --verbose shows more.", 4, arguments)


def _prepare_streams() -> None:
    """Discard output to a stream that the caller closed (`>&-`), so that the work continues."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - as long as the process lives
    if streams.is_ascii(sys.stdout) and isinstance(sys.stdout, TextIOWrapper):
        # Escape what a terminal without Unicode cannot show; standard error does so anyway.
        sys.stdout.reconfigure(errors="backslashreplace")


def _dispatch(arguments: list[str]) -> int:
    settings = parse(arguments)
    if settings.command in ("list", "explain", "example", "schema") or is_route_only(settings):
        from migrator.cli import catalogue

        sys.stdout.write(catalogue.render(settings))
        return 0
    if settings.command == "completion":
        from migrator.cli import completion

        sys.stdout.write(completion.script(settings.shell))
        return 0
    if settings.command == "undo":
        from migrator.cli.undo import undo_all

        return undo_all(settings)
    if settings.command == "init":
        from migrator.cli.init import write_project

        return write_project(settings)
    from migrator.cli.run import run

    return run(settings)


def _fail(message: str, code: int, arguments: Sequence[str] = ()) -> int:
    """Print what ended the run; for --format json also as JSON, so that a parser always gets some."""
    from migrator.report.mask import mask_message

    try:
        sys.stderr.write(f"{PROGRAM}: {mask_message(message)}\n")
        sys.stderr.flush()
        if _wants_json(arguments):
            from migrator.report import json_format
            from migrator.report.mask import Mask
            from migrator.report.records import Report

            words = move_command_first(arguments)
            command = words[0] if words and words[0] in COMMANDS else ""
            report = Report(command, (), error=message, error_code=code)
            sys.stdout.write(json_format.dumps(report, mask=Mask()) + "\n")
            sys.stdout.flush()
    except OSError:
        pass  # no stream is left; the exit code still says it
    return code


def _wants_json(arguments: Sequence[str]) -> bool:
    """Whether the command line says --format json, even if it is otherwise invalid."""
    pairs = zip(arguments, [*arguments[1:], ""])
    return any(word == "--format=json" or (word, following) == ("--format", "json") for word, following in pairs)
