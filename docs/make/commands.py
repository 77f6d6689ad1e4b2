"""The page of the commands and their options: docs/reference/commands.md."""

from __future__ import annotations

import argparse

from docs.make.markdown import cell, marked, table
from migrator.cli.options import COMMANDS, EXIT_CODES, parser_of


def pages() -> dict[str, str]:
    """The pages by their path below docs/."""
    parts = [HEAD, *map(_command, COMMANDS)]
    codes = [line.split(maxsplit=1) for line in EXIT_CODES.splitlines()[1:-1]]
    exits = "# Exit codes\n\n" + table(["code", "means"], [[code, marked(meaning)] for code, meaning in codes]) + EXITS
    return {"reference/commands.md": "\n\n".join(parts) + "\n", "reference/exit-codes.md": exits}


def _command(name: str) -> str:
    parser = parser_of(name)
    usage = " ".join(["infrahub-migrator", name, *map(_place, parser._get_positional_actions()), "[OPTION…]"])
    parts = [f"## {name}", marked(_sentence(parser.description or "")), f"```text\n{usage}\n```"]
    for group in parser._action_groups:
        rows = [_row(action) for action in group._group_actions if not isinstance(action, argparse._HelpAction)]
        if rows:
            title = group.title if group.title not in ("positional arguments", "options") else ""
            parts.append((f"**{title}**\n\n" if title else "") + table(["option", "what"], rows).rstrip())
    return "\n\n".join(parts)


def _row(action: argparse.Action) -> list[str]:
    what = action.help or ""
    if not action.option_strings:
        return [f"`{action.metavar}`", cell(marked(what))]
    value = "" if action.nargs == 0 else f" {action.metavar or '{' + ','.join(map(str, action.choices or ())) + '}'}"
    names = ", ".join(f"`{name}{value}`" for name in reversed(action.option_strings))
    return [cell(names), cell(marked(what))]


def _place(action: argparse.Action) -> str:
    many = "…" if action.nargs == "*" else ""
    return f"[{action.metavar}{many}]" if action.nargs in ("?", "*") else str(action.metavar)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


HEAD = """# Commands and options

The same as `infrahub-migrator COMMAND --help`. [Running it](../running.md) says what a FILE can be and how options
combine. Global options (`--show-secrets`, `--color`, `--quiet`, `--verbose`) go before or after the command. Options
cannot be abbreviated."""

EXITS = """
For several files it is the highest of theirs, 6 only if none failed otherwise. All files are reported, and one bad file
does not stop the others. With 6, the message names the files that were written. For a release that ends with 2 to 5,
nothing is written.
"""
