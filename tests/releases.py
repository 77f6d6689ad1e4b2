"""Releases from texts, as planning gets them from `sources`."""

from __future__ import annotations

from migrator import sources
from migrator.sources import Bundle


def of_text(text: str, name: str = "values.yaml") -> Bundle:
    """A release with this text as its only values file."""
    return sources.of_layers([sources.read_bytes(text.encode(), name)])


def of_layers(*texts: str) -> Bundle:
    """A release with these texts as its layers 0.yaml, 1.yaml and so on, the lowest first."""
    return sources.of_layers([sources.read_bytes(text.encode(), f"{number}.yaml") for number, text in enumerate(texts)])
