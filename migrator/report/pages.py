"""Addresses of the documentation on a rule, a question or a migration. Nothing here uses the network."""

from __future__ import annotations

DOCS = "https://github.com/opsmill/infrahub-migrator/blob/main/docs"


def of_rule(rule: str) -> str:
    """The address of a rule."""
    return f"{DOCS}/rules.md#{rule}"


def of_question(question: str) -> str:
    """The address of a question, or that of its group if it belongs to one."""
    return f"{DOCS}/questions.md#{question.partition('.')[0]}"


def of_migration(migration: str) -> str:
    """The address of a migration."""
    return f"{DOCS}/migrations/{migration}.md"


def of_version() -> str:
    """The address of the documentation on the chart version in an object."""
    return f"{DOCS}/shapes.md#files-and-objects"
