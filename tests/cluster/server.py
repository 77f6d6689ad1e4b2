"""A Kubernetes API server for the tests, as much of one as `helm get`, `helm list` and `kubectl get --raw` need.

It has releases as Helm stores them, in Secrets, and deployments, pods and logs as data; it can deny, delay, and refuse
the login. It records its requests, and answers nothing but GET.

Sources: pkg/storage/driver/secrets.go and util.go of Helm (the Secret's labels and its data), the Kubernetes API
reference (lists, Status, labelSelector).
"""

from __future__ import annotations

import base64
import copy
import gzip
import json
import threading
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

Object = dict[str, Any]


class Revision(NamedTuple):
    """A revision of a release. `chart_values` are the chart's own values, `dependencies` what its Chart.yaml lists."""

    name: str
    namespace: str
    version: int
    chart: str
    chart_version: str
    values: Object
    chart_values: Mapping[str, Any] = MappingProxyType({})
    manifest: str = ""
    hooks: tuple[str, ...] = ()
    status: str = "deployed"
    dependencies: tuple[Object, ...] = ()

    @property
    def secret(self) -> Object:
        """The Secret in which Helm stores it."""
        name = f"sh.helm.release.v1.{self.name}.v{self.version}"
        labels = {"name": self.name, "owner": "helm", "status": self.status, "version": str(self.version)}
        data = base64.b64encode(base64.b64encode(gzip.compress(json.dumps(self._release).encode()))).decode()
        return {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name, "namespace": self.namespace, "labels": labels},
            "type": "helm.sh/release.v1",
            "data": {"release": data},
        }

    @property
    def _release(self) -> Object:
        when = "2026-06-24T10:00:00Z"
        metadata: Object = {"apiVersion": "v2", "name": self.chart, "version": self.chart_version}
        if self.dependencies:
            metadata["dependencies"] = list(self.dependencies)
        hooks = [
            {"name": f"hook-{number}", "kind": "Job", "path": "hook.yaml", "manifest": text, "events": ["pre-upgrade"]}
            for number, text in enumerate(self.hooks)
        ]
        return {
            "name": self.name,
            "info": {"first_deployed": when, "last_deployed": when, "deleted": "", "status": self.status},
            "chart": {
                "metadata": metadata,
                "templates": [],
                "values": dict(self.chart_values),
                "files": [],
                "lock": None,
            },
            "config": self.values,
            "manifest": self.manifest,
            "hooks": hooks,
            "version": self.version,
            "namespace": self.namespace,
        }


class Cluster:
    """The contents of the server, which may change while it runs.

    `denied` are resources that nobody may read (`secrets`, `pods/log`), `delay` the seconds before each
    answer, `logged_in` whether the login is accepted, `requests` method and path of each request, with the query.
    """

    def __init__(self) -> None:
        self.releases: list[Revision] = []
        self.deployments: list[Object] = []
        self.pods: list[Object] = []
        self.logs: dict[str, str] = {}
        self.denied: set[str] = set()
        self.delay = 0.0
        self.logged_in = True
        self.requests: list[str] = []
        self.address = ""
        self._left = threading.Event()

    def __enter__(self) -> Cluster:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._server.handle_error = lambda *about: None  # type: ignore[method-assign]  # the client has gone
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        return self

    def __exit__(self, *raised: object) -> None:
        self._left.set()
        self._server.shutdown()
        self._server.server_close()

    def run(self, objects: Sequence[Object], namespace: str) -> None:
        """Run the deployments among these objects, and nothing else, with all replicas ready."""
        self.deployments, self.pods = [], []
        for each in copy.deepcopy([one for one in objects if one["kind"] == "Deployment"]):
            name, spec = each["metadata"]["name"], each["spec"]
            each["metadata"] |= {"namespace": namespace, "generation": 1}
            count = spec.get("replicas", 1)
            each["status"] = {
                "observedGeneration": 1,
                **dict.fromkeys(("replicas", "updatedReplicas", "readyReplicas", "availableReplicas"), count),
            }
            self.deployments.append(each)
            self.pods += [self._pod(f"{name}-{number}", namespace, spec["template"]) for number in range(count)]

    def _pod(self, name: str, namespace: str, template: Object) -> Object:
        labels = template["metadata"]["labels"]
        containers = [each["name"] for each in template["spec"]["containers"]]
        running: Object = {"ready": True, "restartCount": 0, "state": {"running": {}}, "lastState": {}}
        return {
            "metadata": {"name": name, "namespace": namespace, "labels": labels},
            "spec": copy.deepcopy(template["spec"]),
            "status": {"phase": "Running", "containerStatuses": [{"name": each, **running} for each in containers]},
        }

    def kubeconfig(self) -> str:
        """A kubeconfig in JSON, which is YAML, whose context `tests` leads here."""
        return json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": "tests", "cluster": {"server": self.address}}],
                "users": [{"name": "tests", "user": {}}],
                "contexts": [{"name": "tests", "context": {"cluster": "tests", "user": "tests"}}],
                "current-context": "tests",
            }
        )

    def answer(self, path: str, query: Mapping[str, list[str]]) -> tuple[int, Object | str]:
        """The status and the body for a GET."""
        if self.delay:
            self._left.wait(self.delay)
        if not self.logged_in:
            return 401, _status(401, "Unauthorized", "Unauthorized")
        if path == "/version":
            return 200, {"major": "1", "minor": "34", "gitVersion": "v1.34.0"}
        parts = path.strip("/").split("/")
        parts = parts[2:] if parts[0] == "api" else parts[3:]  # /api/v1/..., /apis/GROUP/VERSION/...
        namespace = ""
        if parts[0] == "namespaces" and len(parts) > 2:
            namespace, parts = parts[1], parts[2:]
        resource = "/".join([parts[0], *parts[2:]])
        if resource in self.denied or (not namespace and f"cluster-wide {resource}" in self.denied):
            where = f'in the namespace "{namespace}"' if namespace else "at the cluster scope"
            verb = "get" if len(parts) > 1 else "list"
            what = f'{resource} is forbidden: User "tests" cannot {verb} resource "{resource}" in API group "" {where}'
            return 403, _status(403, "Forbidden", what)
        if resource == "pods/log":
            text = self.logs.get(f"{parts[1]}/previous" if query.get("previous") else parts[1])
            return (200, text) if text is not None else (400, _status(400, "BadRequest", "no such container's log"))
        objects = {
            "secrets": [each.secret for each in self.releases],
            "deployments": self.deployments,
            "pods": self.pods,
        }.get(resource)
        if objects is None:
            return 404, _status(404, "NotFound", "the server could not find the requested resource")
        found = [each for each in objects if namespace in ("", each["metadata"].get("namespace"))]
        if len(parts) > 1:
            one = next((each for each in found if each["metadata"]["name"] == parts[1]), None)
            missing = _status(404, "NotFound", f'{resource} "{parts[1]}" not found')
            return (404, missing) if one is None else (200, one)
        wanted = dict(pair.split("=") for each in query.get("labelSelector", []) for pair in each.split(",") if pair)
        found = [each for each in found if wanted.items() <= (each["metadata"].get("labels") or {}).items()]
        kind = {"secrets": "SecretList", "deployments": "DeploymentList", "pods": "PodList"}[resource]
        return 200, {
            "kind": kind,
            "apiVersion": "apps/v1" if resource == "deployments" else "v1",
            "metadata": {"resourceVersion": "1"},
            "items": found,
        }


def _status(code: int, reason: str, message: str) -> Object:
    about = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
    return {**about, "message": message, "reason": reason, "code": code}


def _handler(cluster: Cluster) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or each body waits 40 ms for the acknowledgement of its headers

        def do_GET(self) -> None:
            cluster.requests.append(f"GET {self.path}")
            address = urlsplit(self.path)
            code, body = cluster.answer(address.path, parse_qs(address.query))
            data = (body if isinstance(body, str) else json.dumps(body)).encode()
            self.send_response(code)
            self.send_header("Content-Type", "text/plain" if isinstance(body, str) else "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _refuse(self) -> None:
            cluster.requests.append(f"{self.command} {self.path}")
            self.send_error(405)

        do_POST = do_PUT = do_PATCH = do_DELETE = _refuse  # noqa: N815 - http.server calls them so

        def log_message(self, *arguments: object) -> None:
            pass

    return Handler
