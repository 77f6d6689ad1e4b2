"""infrahub-migrator: rewrites an Infrahub Helm values file for an upgrade of its charts."""

from __future__ import annotations

__version__ = "0.1.0"
