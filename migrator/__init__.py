"""infrahub-migrator: rewrites an Infrahub Helm values file for an upgrade of its charts."""

__version__ = "0.1.0"
