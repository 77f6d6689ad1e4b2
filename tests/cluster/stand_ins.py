"""`helm` and `kubectl` if there are no such programs, as much of them as the tests use.

helm is Helm's own library (helm-python-sdk, Helm 4) with the command line of the program: what it reads of a release
and what it renders is Helm's. kubectl, which has no library, is a GET of one path with kubectl's wording of errors. CI
runs the same tests with the real programs of Helm 3 and 4 (`programs.py`).

Both are programs on PATH that pass their command line to the process of the tests, which has the library loaded:
loading it for each of the 450 runs would take most of the tests' time. They import only what is built into Python,
since anything else would double the time of a run.
"""

from __future__ import annotations

import argparse
import io
import json
import marshal
import os
import socketserver
import stat
import sys
import traceback
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML

PROGRAM = """\
#!{python} -IS
import _socket, marshal, os, sys
texts = {{word: open(word, encoding="utf-8").read() for word in sys.argv if word.startswith("/dev/fd/")}}
connection = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
connection.connect(("127.0.0.1", {port}))
connection.sendall(marshal.dumps([{name!r}, sys.argv[1:], dict(os.environ), os.getcwd(), texts]))
connection.shutdown(_socket.SHUT_WR)
code, out, err = marshal.loads(b"".join(iter(lambda: connection.recv(1 << 16), b"")))
sys.stdout.write(out)
sys.stderr.write(err)
sys.exit(code)
"""


class Invocation(NamedTuple):
    """A run of a program: its arguments, environment, folder, and the texts that only it can read, by their paths."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    folder: str
    texts: Mapping[str, str]


class Refused(Exception):
    """The error of a program that exits with 1."""


class StandIns(socketserver.ThreadingTCPServer):
    """Answers both programs, which it writes into a folder."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        for name in _PROGRAMS:
            path = folder / name
            path.write_text(PROGRAM.format(python=sys.executable, port=self.server_address[1], name=name), "utf-8")
            path.chmod(path.stat().st_mode | stat.S_IXUSR)


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        name, *invocation = marshal.loads(self.rfile.read())
        try:
            answer = (0, _PROGRAMS[name](Invocation(*invocation)), "")
        except Refused as refusal:
            answer = (1, "", f"{refusal}\n")
        except Exception:
            answer = (1, "", traceback.format_exc())
        with suppress(OSError):  # the program was killed, as after a timeout
            self.wfile.write(marshal.dumps(answer))


def helm(invocation: Invocation) -> str:
    """`helm list`, `get` and `template`."""
    import helm_python  # type: ignore[import-not-found, unused-ignore]

    given = _helm_parser(invocation.environment).parse_args(invocation.arguments)
    try:
        return (
            _rendered(given, invocation) if given.command == "template" else _of_release(given, invocation.environment)
        )
    except helm_python.HelmError as error:
        raise Refused(f"Error: {error}") from error


def _helm_parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("helm", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    listing, get, template = (commands.add_parser(name) for name in ("list", "get", "template"))
    for each in (listing, get):
        each.add_argument("--kube-context", default=environment.get("HELM_KUBECONTEXT"))
        each.add_argument("--kubeconfig", default=environment.get("KUBECONFIG", os.devnull))
        each.add_argument("--output", default="yaml")
        each.add_argument("--all", action="store_true")
    for each in (listing, get, template):
        each.add_argument("--namespace", default=environment.get("HELM_NAMESPACE"))
    listing.add_argument("--all-namespaces", action="store_true")
    listing.add_argument("--max", type=int)
    for state in ("deployed", "failed", "pending", "superseded", "uninstalled", "uninstalling"):
        listing.add_argument(f"--{state}", action="store_true")
    get.add_argument("what", choices=["values", "metadata", "manifest", "hooks"])
    get.add_argument("release")
    get.add_argument("--revision", type=int)
    template.add_argument("release")
    template.add_argument("chart")
    template.add_argument("-f", "--values", action="append", default=[])
    return parser


def _of_release(given: argparse.Namespace, environment: Mapping[str, str]) -> str:
    import helm_python

    server = environment.get("HELM_KUBEAPISERVER")
    where = {"kube_context": given.kube_context, "kubeconfig_path": given.kubeconfig, "kube_apiserver": server}
    with helm_python.Config(namespace=given.namespace, **where) as cluster:
        if given.command == "list":
            found = cluster.list(all_states=True, all_namespaces=given.all_namespaces)
            return json.dumps([_listed(each) for each in found])
        if given.what == "values":
            values = cluster.get_values(given.release, all_values=given.all, revision=given.revision)
            return json.dumps(values) if given.output == "json" else _as_yaml(values)
        if given.what == "metadata":
            return json.dumps(cluster.get_metadata(given.release, revision=given.revision))
        whole = cluster.get_all(given.release, revision=given.revision)
        if given.what == "hooks":
            return "".join(f"---\n# Source: {each['path']}\n{each['manifest']}\n" for each in whole["hooks"])
        return str(whole["summary"].get("manifest", ""))


def _as_yaml(values: dict[str, Any]) -> str:
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    text = io.StringIO()
    yaml.dump(values, text)
    return text.getvalue()


def _listed(release: dict[str, Any]) -> dict[str, Any]:
    """A release as the program lists it: chart and version in one text, and the revision as text."""
    chart = f"{release['chart_name']}-{release['chart_version']}"
    own = {name: release[name] for name in ("name", "namespace", "status")}
    return {**own, "revision": str(release["revision"]), "chart": chart}


def _rendered(given: argparse.Namespace, invocation: Invocation) -> str:
    from migrator.helm import engine

    texts = [invocation.texts[path].encode() for path in given.values]
    chart = os.path.join(invocation.folder, given.chart)
    return "".join(
        f"---\n{text}\n" for text in engine._by_library(chart, texts, given.release, given.namespace or "default")
    )


def kubectl(invocation: Invocation) -> str:
    """`kubectl get --raw PATH`."""
    parser = argparse.ArgumentParser("kubectl", allow_abbrev=False)
    parser.add_argument("verb", choices=["get"])
    parser.add_argument("--raw", required=True)
    parser.add_argument("--server")
    parser.add_argument("--context")
    parser.add_argument("--kubeconfig", default=invocation.environment.get("KUBECONFIG"))
    given = parser.parse_args(invocation.arguments)
    server = given.server or _server_of(given.kubeconfig, given.context)
    try:
        with urllib.request.urlopen(server + given.raw) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        about = json.loads(error.read())
        words = "You must be logged in to the server" if error.code == 401 else "Error from server"
        raise Refused(f"error: {words} ({about['reason']}): {about['message']}") from error


_PROGRAMS = {"helm": helm, "kubectl": kubectl}


def _server_of(kubeconfig: str, context: str | None) -> str:
    """The server that a context of a kubeconfig in JSON leads to."""
    data = json.loads(Path(kubeconfig).read_text("utf-8"))
    name = context or data["current-context"]
    cluster = next(each["context"]["cluster"] for each in data["contexts"] if each["name"] == name)
    return str(next(each["cluster"]["server"] for each in data["clusters"] if each["name"] == cluster))
