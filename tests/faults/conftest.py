"""Sizes: small enough for every run, or as large as the fault list says."""

import pytest

from tests.e2e.conftest import askwhy

__all__ = ["askwhy"]


@pytest.fixture
def full(request: pytest.FixtureRequest) -> bool:
    """Whether this is the long run (`make faults`)."""
    return bool(request.config.getoption("--full-size"))
