"""What a shell completes: commands, options and their values, files, flavours, questions with their choices.

shtab generates the script from the parser (https://docs.iterative.ai/shtab/); pressing Tab does not run this program.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator

import shtab

from migrator.charts.example import EXAMPLE_FLAVOURS
from migrator.cli.catalogue import SCHEMAS
from migrator.cli.options import parser_of_all
from migrator.cli.plugin import PROGRAM
from migrator.errors import UsageError, did_you_mean
from migrator.planning import catalog

SHELLS = ("bash", "zsh", "fish")

_HEAD = {
    "bash": """\
# Completion of infrahub-migrator for bash. Once, where bash-completion looks for it:
#   infrahub-migrator completion bash > ~/.local/share/bash-completion/completions/infrahub-migrator
""",
    "zsh": """\
# Completion of infrahub-migrator for zsh. Once, into a folder of $fpath, before compinit:
#   infrahub-migrator completion zsh > ~/.zfunc/_infrahub-migrator
""",
    "fish": """\
# Completion of infrahub-migrator for fish. Once, where fish looks for it:
#   infrahub-migrator completion fish > ~/.config/fish/completions/infrahub-migrator.fish
""",
}

_WORDS_OF_BASH = """
# bash takes words apart at "=": ID=VALUE is one word, and the value of --option=VALUE stands alone.
_infrahub_migrator() {
  local -a words=()
  local word goes_on="" last
  for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    last=$((${#words[@]} - 1))
    if [[ $word == "=" && $last -ge 0 ]]; then
      if [[ ${words[last]} == --* ]]; then words+=(""); else words[last]+="="; fi
      goes_on=1
    elif [[ -n $goes_on ]]; then
      words[last]+=$word
      goes_on=""
    else
      words+=("$word")
    fi
  done
  local -a COMP_WORDS=("${words[@]}")
  local COMP_CWORD=$((${#words[@]} - 1))
  local typed=${words[COMP_CWORD]} index
  _shtab_infrahub_migrator
  if [[ $typed == *=* && $COMP_WORDBREAKS == *=* ]]; then
    for index in "${!COMPREPLY[@]}"; do
      COMPREPLY[index]=${COMPREPLY[index]#"${typed%=*}="}
      if [[ -z ${COMPREPLY[index]} ]]; then unset "COMPREPLY[index]"; fi  # a free answer: what follows is typed
    done
  fi
  if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then compopt -o nospace 2>/dev/null || :; fi
}

complete -o bashdefault -F _infrahub_migrator infrahub-migrator
"""

_FILES = ("FILE", "PATH", "CHART")
_FOLDERS = ("DIR",)


def script(shell: str) -> str:
    """The completion script for that shell. Raises UsageError for an unknown shell."""
    if shell not in SHELLS:
        meant = did_you_mean(shell, SHELLS)
        raise UsageError(f"there is no completion for {shell!r}{meant}.", remedy=f"The shells are {', '.join(SHELLS)}.")
    parser = parser_of_all()
    parser.prog = PROGRAM  # however this process was called: the shell completes this name
    for action in _actions(parser):
        _complete(action)
    text = shtab.complete(parser, shell=shell, root_prefix=PROGRAM.replace("-", "_"))
    if shell == "zsh":  # also complete a value after "="
        text = re.sub(r'(?m)^( *"\*?--[a-z-]+)(?=\[.*\]:)', r"\1=", text)
    text = re.sub(r"# AUTOMATICALLY GENERATED.*?\n(?=\n)", lambda _: _HEAD[shell], text, count=1, flags=re.DOTALL)
    return text.rstrip("\n") + "\n" + (_WORDS_OF_BASH if shell == "bash" else "")


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Every argument of every command."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for one in action.choices.values():
                yield from _actions(one)
        else:
            yield action


def _complete(action: argparse.Action) -> None:
    """Set what completes the argument, unless the parser already knows."""
    if action.metavar in _FILES:
        action.complete = shtab.FILE  # type: ignore[attr-defined]
    elif action.metavar in _FOLDERS:
        action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
    elif action.choices is None:
        words = _words(action.dest)
        action.choices = words or None


def _words(name: str) -> list[str]:
    """The possible values of that argument; empty if any value is allowed."""
    if name == "flavour":
        return [*EXAMPLE_FLAVOURS]
    if name == "schema":
        return [*SCHEMAS]
    if name == "shell":
        return [*SHELLS]
    if name == "migration":
        return [known.id for known in catalog.load()]
    return _answers() if name == "other_answers" else []


def _answers() -> list[str]:
    """Every question as `--answer` takes it, with each of its choices if it has any."""
    return [f"{name}={value}" for name, each in catalog.questions().items() for value in each.values or ("",)]
