"""`helm` and `kubectl` where there is no such program: as much of them as is asked of here, for the rest of the way.

helm is Helm's own library (helm-python-sdk, Helm 4) behind the words of its program: what it reads of a release and
what it renders is Helm's. kubectl, which has no library, is a GET of one path with kubectl's words around an error. CI
runs the same tests with the real programs of Helm 3 and 4 (`programs.py`).
"""

from __future__ import annotations

import argparse
import io
import json
import os
import stat
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).parent.parent.parent


def put_into(folder: Path) -> None:
    """Write both as programs."""
    for name in ("helm", "kubectl"):
        start = f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom tests.cluster import stand_ins\n"
        path = folder / name
        path.write_text(f"#!{sys.executable}\n{start}sys.exit(stand_ins.{name}(sys.argv[1:]))\n", "utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)


def helm(arguments: Sequence[str]) -> int:
    """`helm list`, `get` and `template`."""
    import helm_python  # type: ignore[import-not-found, unused-ignore]

    given = _of_helm().parse_args(arguments)
    try:
        print(_rendered(given) if given.command == "template" else _told(given), end="")
    except helm_python.HelmError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    return 0


def _of_helm() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("helm", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    listing, get, template = (commands.add_parser(name) for name in ("list", "get", "template"))
    for each in (listing, get):
        each.add_argument("--kube-context", default=os.environ.get("HELM_KUBECONTEXT"))
        each.add_argument("--kubeconfig")
        each.add_argument("--output", default="yaml")
        each.add_argument("--all", action="store_true")
    for each in (listing, get, template):
        each.add_argument("--namespace", default=os.environ.get("HELM_NAMESPACE"))
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


def _told(given: argparse.Namespace) -> str:
    import helm_python

    server = os.environ.get("HELM_KUBEAPISERVER")
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
    """A release as the program lists it: chart and version in one text, and the revision as one."""
    chart = f"{release['chart_name']}-{release['chart_version']}"
    own = {name: release[name] for name in ("name", "namespace", "status")}
    return {**own, "revision": str(release["revision"]), "chart": chart}


def _rendered(given: argparse.Namespace) -> str:
    from migrator.helm import engine

    texts = [Path(path).read_bytes() for path in given.values]
    return "".join(
        f"---\n{text}\n" for text in engine._by_library(given.chart, texts, given.release, given.namespace or "default")
    )


def kubectl(arguments: Sequence[str]) -> int:
    """`kubectl get --raw PATH`."""
    parser = argparse.ArgumentParser("kubectl", allow_abbrev=False)
    parser.add_argument("verb", choices=["get"])
    parser.add_argument("--raw", required=True)
    parser.add_argument("--server")
    parser.add_argument("--context")
    parser.add_argument("--kubeconfig", default=os.environ.get("KUBECONFIG"))
    given = parser.parse_args(arguments)
    server = given.server or _server_of(given.kubeconfig, given.context)
    try:
        with urllib.request.urlopen(server + given.raw) as answer:
            sys.stdout.write(answer.read().decode())
    except urllib.error.HTTPError as error:
        about = json.loads(error.read())
        words = "You must be logged in to the server" if error.code == 401 else "Error from server"
        print(f"error: {words} ({about['reason']}): {about['message']}", file=sys.stderr)
        return 1
    return 0


def _server_of(kubeconfig: str, context: str | None) -> str:
    """The server that a context of a kubeconfig in JSON leads to."""
    data = json.loads(Path(kubeconfig).read_text("utf-8"))
    name = context or data["current-context"]
    cluster = next(each["context"]["cluster"] for each in data["contexts"] if each["name"] == name)
    return str(next(each["cluster"]["server"] for each in data["clusters"] if each["name"] == cluster))
