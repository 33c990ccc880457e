"""The same stations as in tests/scenarios."""

from tests.scenarios.conftest import bench, build, made

__all__ = ["bench", "build", "made"]
