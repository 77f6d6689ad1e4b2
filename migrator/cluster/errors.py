"""Errors for failed cluster commands, from what `helm` and `kubectl` print on standard error."""

from __future__ import annotations

import re

from migrator.errors import MigratorError

_REMEDY = "Name the cluster with --kube-context or --kubeconfig; `kubectl cluster-info` shows whether it responds."


class ClusterError(MigratorError):
    """The cluster, or the program that queries it, failed."""


class NoResponse(ClusterError):
    """The cluster does not respond or rejects the login: any further query would fail the same way."""


class ReleaseNotFound(ClusterError):
    """The namespace has no such release, or no such revision of it."""


def missing_program_error(program: str) -> ClusterError:
    """The error for a program that is not on PATH."""
    where = {"helm": "https://helm.sh/docs/intro/install", "kubectl": "https://kubernetes.io/docs/tasks/tools"}
    for_what = "--release and --all-releases query" if program == "helm" else "--deployed queries"
    return ClusterError(
        f"{for_what} the cluster with the {program} program, and there is none on PATH.",
        remedy=f"Install it ({where[program]}).",
    )


def timeout_error(command: str, seconds: float) -> ClusterError:
    """The error for a command that was stopped after its timeout."""
    return NoResponse(
        f"{command} did not finish within {seconds:g} s, and was stopped.",
        remedy="Can the cluster be reached from here, and does its login prompt for anything? `kubectl cluster-info` "
        "shows it.",
    )


def command_error(command: str, code: int, printed: str) -> ClusterError:
    """The error for a command that exited with `code`; `printed` is its standard error."""
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    last = next((line for line in reversed(lines) if re.match("error", line, re.IGNORECASE)), "")
    words = re.sub(
        r"^(?:Error|error)(?: from server(?: \(\w+\))?)?: ", "", last or (lines or [f"it exited with {code}"])[-1]
    )
    return _known_error(command, words) or ClusterError(f"{command} failed: {words}")


def _known_error(command: str, words: str) -> ClusterError | None:
    """The error for a message that is known.

    The order matters: helm reports a missing login as "unreachable", too.
    """

    def matches(pattern: str) -> re.Match[str] | None:
        return re.search(pattern, words, re.IGNORECASE)

    if matches(r"release: not found"):
        return ReleaseNotFound(f"{command} found no such release.")
    if matches(r"forbidden"):
        return _denied(command, words)
    if matches(
        r"unauthorized|must be logged in|provide credentials|getting credentials|exec: |exec plugin|expired|"
        r"no Auth Provider"
    ):
        return NoResponse(
            f"the cluster refuses your login, or it has expired ({command}: {words}).",
            remedy="Log in again as you do for kubectl, and run this once more.",
        )
    if found := matches(r'(?:context|cluster|user|auth info) "[^"]*" does not exist'):
        remedy = "`kubectl config get-contexts` lists what it has."
        return ClusterError(f"the kubeconfig has no such entry: {found[0]}.", remedy=remedy)
    if found := matches(r"(stat \S+: .*|error loading config file.*|invalid configuration.*)"):
        remedy = "Name another one with --kubeconfig, or set KUBECONFIG."
        return ClusterError(f"the kubeconfig cannot be read: {found[1]}.", remedy=remedy)
    if matches(
        r"unreachable|connection refused|was refused|no such host|timeout|timed out|deadline exceeded|no route|"
        r"x509|certificate|tls:|EOF|unable to connect|dial tcp"
    ):
        why = re.sub(r"^kubernetes cluster unreachable: ", "", words, flags=re.IGNORECASE)
        return NoResponse(f"the cluster cannot be reached: {why.rstrip('.')}.", remedy=_REMEDY)
    if matches(r"unknown (?:command|flag|shorthand)"):
        what = f"this {command.split()[0]} does not know {command}: {words}."
        return ClusterError(what, remedy="Install a newer one.")
    return None


def _denied(command: str, words: str) -> ClusterError:
    denied = re.search(r'cannot (\w+) resource "([\w/]+)".*?(in the namespace "[^"]*"|at the cluster scope)', words)
    what = f"{denied[2]}, {denied[1]}, {denied[3]}" if denied is not None else words
    if denied is not None and denied[2] == "secrets":
        remedy = "Helm keeps releases in Secrets: you need permission to get and list them"
        remedy += ", or --namespace where you have it for one." if "scope" in denied[3] else " there."
    else:
        remedy = "--deployed needs permission to get and list deployments and pods, and to get pods/log."
    return ClusterError(f"the cluster denies {command}: {what}.", remedy=remedy)
