"""The same stations as in tests/scenarios."""

from tests.scenarios.conftest import bench, build

__all__ = ["bench", "build"]
