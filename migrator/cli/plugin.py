"""This program as the Helm plugin `infrahub-migrate`: how it is called there, and what Helm passes on.

Helm removes its own options from a plugin's arguments and sets them as HELM_* variables instead
(https://helm.sh/docs/topics/plugins/#environment-variables).
"""

from __future__ import annotations

import os

PROGRAM = "infrahub-migrator"
PLUGIN = "infrahub-migrate"


def program_name() -> str:
    """How the program is called, for commands to copy."""
    return f"helm {PLUGIN}" if _is_plugin() else PROGRAM


def namespace() -> str:
    """The namespace that Helm works in; empty if none was given, for which Helm sets `default`."""
    given = os.environ.get("HELM_NAMESPACE", "") if _is_plugin() else ""
    return "" if given == "default" else given


def kube_context() -> str:
    """The kubeconfig context that Helm was given; empty if none."""
    return os.environ.get("HELM_KUBECONTEXT", "") if _is_plugin() else ""


def _is_plugin() -> bool:
    return os.environ.get("HELM_PLUGIN_NAME") == PLUGIN
