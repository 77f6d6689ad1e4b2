"""Errors for text that is not YAML for a known reason, with what to do."""

from __future__ import annotations

from migrator.errors import InputError, MigratorError, OutOfScopeError
from migrator.sources import foreign, marks


def parse_error(error: InputError, data: bytes, name: str) -> MigratorError:
    """The error to raise for text that does not parse; it says what the text is if that is known."""
    if b'resource "helm_release"' in data:
        return OutOfScopeError(
            "is Terraform, not YAML.", path=name, line=error.line, remedy="Migrate its values in a separate file."
        )
    if data.split() == [b"USER-SUPPLIED", b"VALUES:", b"null"]:
        return InputError(
            "is what helm get values prints for a release without custom values.",
            path=name,
            line=2,
            remedy="Replace all of it with {}, and say what is installed with --chart and --from VERSION-FLAVOUR.",
        )
    if b"{{" in data and marks.mentions(name, data):
        return foreign.error_by_name(name) or OutOfScopeError(
            "has Go templates where YAML should be, and what they render to is not known here.",
            path=name,
            line=error.line,
            remedy="Migrate the rendered file, and copy the changes by hand.",
        )
    return foreign.unreadable_error(name, data, error)
