"""Why a cluster gave no answer, in a sentence: from what `helm` and `kubectl` say where they fail."""

from __future__ import annotations

import re
from collections.abc import Callable

from migrator.errors import MigratorError

_WHICH = "Name the cluster with --kube-context or --kubeconfig; `kubectl cluster-info` tells whether it answers."


class ClusterError(MigratorError):
    """The cluster, or the program that asks it, gave no answer."""


class NoAnswer(ClusterError):
    """Nobody answers, or lets anybody in: the next question would end alike."""


class ReleaseNotFound(ClusterError):
    """There is no such release, or revision of it, in that namespace."""


def missing(program: str) -> ClusterError:
    """There is no such program on PATH."""
    where = {"helm": "https://helm.sh/docs/intro/install", "kubectl": "https://kubernetes.io/docs/tasks/tools"}
    for_what = "--release and --all-releases ask" if program == "helm" else "--deployed asks"
    return ClusterError(
        f"{for_what} the cluster by the {program} program, and there is none on PATH.",
        remedy=f"Install it ({where[program]}).",
    )


def too_slow(command: str, seconds: float) -> ClusterError:
    """It did not end in time, and was ended."""
    return NoAnswer(
        f"{command} did not end within {seconds:g} s, and was ended.",
        remedy="Is the cluster reached from here, and does its login ask for anything? `kubectl cluster-info` tells.",
    )


def from_words(command: str, code: int, printed: str) -> ClusterError:
    """The error for a command that ended with `code`, after it said that on standard error."""
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    last = next((line for line in reversed(lines) if re.match("error", line, re.IGNORECASE)), "")
    words = re.sub(
        r"^(?:Error|error)(?: from server(?: \(\w+\))?)?: ", "", last or (lines or [f"it ended with {code}"])[-1]
    )
    for pattern, make in _KINDS:
        found = re.search(pattern, words, re.IGNORECASE)
        if found is not None:
            return make(command, words, found)
    return ClusterError(f"{command} failed: {words}")


def _not_found(command: str, words: str, found: re.Match[str]) -> ClusterError:
    return ReleaseNotFound(f"{command} found no such release.")


def _denied(command: str, words: str, found: re.Match[str]) -> ClusterError:
    can = re.search(r'cannot (\w+) resource "([\w/]+)".*?(in the namespace "[^"]*"|at the cluster scope)', words)
    what = f"{can[2]}, {can[1]}, {can[3]}" if can is not None else words
    if can is not None and can[2] == "secrets":
        remedy = "Helm keeps releases in Secrets: it takes the right to get and list them"
        remedy += ", or --namespace where you have it for one." if "scope" in can[3] else " there."
    else:
        remedy = "--deployed takes the right to get and list deployments and pods, and to get pods/log."
    return ClusterError(f"the cluster denies {command}: {what}.", remedy=remedy)


def _logged_out(command: str, words: str, found: re.Match[str]) -> ClusterError:
    return NoAnswer(
        f"the cluster takes no login of yours, or it has expired ({command}: {words}).",
        remedy="Log in again as you do for kubectl, and run this once more.",
    )


def _no_context(command: str, words: str, found: re.Match[str]) -> ClusterError:
    return ClusterError(
        f"the kubeconfig does not know it: {found[0]}.", remedy="`kubectl config get-contexts` lists what it knows."
    )


def _no_file(command: str, words: str, found: re.Match[str]) -> ClusterError:
    return ClusterError(
        f"the kubeconfig cannot be read: {found[1]}.", remedy="Name another one with --kubeconfig, or set KUBECONFIG."
    )


def _unreachable(command: str, words: str, found: re.Match[str]) -> ClusterError:
    why = re.sub(r"^kubernetes cluster unreachable: ", "", words, flags=re.IGNORECASE)
    return NoAnswer(f"the cluster cannot be reached: {why.rstrip('.')}.", remedy=_WHICH)


def _too_old(command: str, words: str, found: re.Match[str]) -> ClusterError:
    return ClusterError(f"this {command.split()[0]} does not know {command}: {words}.", remedy="Install a newer one.")


_KINDS: tuple[tuple[str, Callable[[str, str, re.Match[str]], ClusterError]], ...] = (
    (r"release: not found", _not_found),
    (r"forbidden", _denied),
    (
        r"unauthorized|must be logged in|provide credentials|getting credentials|exec: |exec plugin|expired|"
        r"no Auth Provider",
        _logged_out,
    ),
    (r'(?:context|cluster|user|auth info) "[^"]*" does not exist', _no_context),
    (r"(stat \S+: .*|error loading config file.*|invalid configuration.*)", _no_file),
    (
        r"unreachable|connection refused|was refused|no such host|timeout|timed out|deadline exceeded|no route|"
        r"x509|certificate|tls:|EOF|unable to connect|dial tcp",
        _unreachable,
    ),
    (r"unknown (?:command|flag|shorthand)", _too_old),
)
"""What the programs say, in the order in which it is looked for: who is not logged in is "unreachable" to helm."""
