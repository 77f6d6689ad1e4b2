"""The only access to a cluster: `helm` and `kubectl` as child processes with a timeout, limited to get and list.

The cluster is chosen as for those programs themselves: by their environment, their kubeconfig, and the options
`--kube-context` and `--kubeconfig`. Helm's own variables are passed on to kubectl as options.

Sources: pkg/cli/environment.go of Helm (HELM_KUBE...), `kubectl options`.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from migrator.cluster import errors
from migrator.cluster.errors import ClusterError

SECONDS = 45
"""Timeout of one command; it allows for an exec login plugin and a slow connection."""

SECONDS_FOR_ALL = 120
"""Timeout for listing all releases, for which Helm reads every revision of each."""

MOST = 64 * 1024 * 1024
"""Largest output of a command, in bytes; Kubernetes stores a release in at most one MiB, compressed."""

_HELM_COMMANDS = (("get", "values"), ("get", "metadata"), ("get", "manifest"), ("get", "hooks"), ("list",))

_KUBECTL_OPTIONS = {
    "HELM_KUBECONTEXT": "--context",
    "HELM_KUBEAPISERVER": "--server",
    "HELM_KUBECAFILE": "--certificate-authority",
    "HELM_KUBETLS_SERVER_NAME": "--tls-server-name",
    "HELM_KUBEINSECURE_SKIP_TLS_VERIFY": "--insecure-skip-tls-verify",
    "HELM_KUBEASUSER": "--as",
}
"""Helm's variables that kubectl does not read, each with the kubectl option for it."""


class Access(NamedTuple):
    """How to reach a cluster: the options given (empty: the programs' defaults); `on_command` gets each command."""

    kube_context: str = ""
    kubeconfig: str = ""
    namespace: str = ""
    on_command: Callable[[str], None] = lambda sentence: None

    @property
    def options(self) -> tuple[str, ...]:
        """The options that select the cluster for helm, as given on the command line."""
        return self._options("--kube-context")

    def _options(self, context: str) -> tuple[str, ...]:
        typed = ((context, self.kube_context), ("--kubeconfig", self.kubeconfig))
        return tuple(word for flag, value in typed if value for word in (flag, value))

    def helm(self, *words: str, namespace: str = "", seconds: float = 0) -> str:
        """Run helm and return its output. Raises ClusterError if it is missing, fails, or takes too long."""
        assert words[: 1 if words[0] == "list" else 2] in _HELM_COMMANDS, f"helm {words[0]} is not read-only for sure"
        space = namespace or self.namespace
        own = ("--namespace", space) if space and "--all-namespaces" not in words else ()
        return self._run("helm", (*words, *own, *self.options), seconds or SECONDS)

    def helm_json(self, *words: str, namespace: str = "", seconds: float = 0) -> Any:
        """Run helm and parse its output. Raises ClusterError as `helm` does, and if the output is not JSON."""
        return as_data(
            self.helm(*words, "--output", "json", namespace=namespace, seconds=seconds), f"helm {' '.join(words[:2])}"
        )

    def get(self, path: str) -> Any:
        """The API server's response to a GET of that path, parsed. Raises ClusterError."""
        return as_data(self.get_text(path), f"kubectl get --raw {path}")

    def get_text(self, path: str) -> str:
        """As `get`, for a response that is not JSON."""
        return self._run("kubectl", ("get", "--raw", path, *self._kubectl_options()), SECONDS)

    def _kubectl_options(self) -> tuple[str, ...]:
        environment = os.environ
        if environment.get("HELM_KUBETOKEN"):
            raise ClusterError(
                "only helm reads HELM_KUBETOKEN, and on kubectl's command line anybody could see it.",
                remedy="Put the token into a kubeconfig, and name that with --kubeconfig.",
            )
        words = list(self._options("--context"))
        for variable, flag in _KUBECTL_OPTIONS.items():
            value = environment.get(variable, "")
            if value and not (flag == "--context" and self.kube_context):
                words.append(f"{flag}={value}")
        groups = environment.get("HELM_KUBEASGROUPS", "")
        return (*words, *(f"--as-group={group}" for group in groups.split(",") if group))

    def _run(self, name: str, words: tuple[str, ...], seconds: float) -> str:
        import shlex
        import subprocess

        from migrator.helm import program

        self.on_command(f"runs {name} {shlex.join(words)}")
        found = shutil.which(name)
        if found is None:
            raise errors.missing_program_error(name)
        shown = f"{name} {words[0]}" if words[0] == "list" or name == "kubectl" else f"{name} {words[0]} {words[1]}"
        try:
            done = program.run([found, *words], (), seconds, most=MOST)
        except subprocess.TimeoutExpired as error:
            raise errors.timeout_error(shown, seconds) from error
        except program.OutputTooLarge as error:
            raise ClusterError(f"{shown} returned more than {MOST // 1024 // 1024} MiB.") from error
        except OSError as error:
            raise ClusterError(f"{found} cannot be run: {error.strerror or error}.") from error
        if done.code:
            raise errors.command_error(shown, done.code, done.err)
        return done.out


def as_data(text: str, what: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ClusterError(f"{what} returned something that is not JSON.") from error


def as_items(data: Any) -> list[Mapping[str, Any]]:
    """The items of a list from the API server or from helm; empty if `data` is not a list."""
    items = data.get("items") if isinstance(data, dict) else data
    return [each for each in items if isinstance(each, dict)] if isinstance(items, list) else []
