"""Charts to render, as the tests of helm build them."""

from __future__ import annotations

from tests.helm.conftest import chart, engine  # noqa: F401 - fixtures
