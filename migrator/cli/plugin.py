"""Helm's plugin `infrahub-migrate` is this program, too: how it is called there, and what Helm hands on.

Helm takes options of its own out of a plugin's arguments and sets them as HELM_* instead
(https://helm.sh/docs/topics/plugins/#environment-variables).
"""

from __future__ import annotations

import os

PROGRAM = "infrahub-migrator"
PLUGIN = "infrahub-migrate"


def called() -> str:
    """How the program is called, for commands that are to be typed again."""
    return f"helm {PLUGIN}" if _is_plugin() else PROGRAM


def namespace() -> str:
    """The namespace that Helm works in; empty where nobody said one, which Helm tells as `default`."""
    given = os.environ.get("HELM_NAMESPACE", "") if _is_plugin() else ""
    return "" if given == "default" else given


def kube_context() -> str:
    """The context of the kubeconfig that Helm was told; empty where it was told none."""
    return os.environ.get("HELM_KUBECONTEXT", "") if _is_plugin() else ""


def _is_plugin() -> bool:
    return os.environ.get("HELM_PLUGIN_NAME") == PLUGIN
