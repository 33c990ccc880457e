"""docs/reliability.md names tests: each of them exists, and each failure has one."""

import ast
import re

import pytest

from cli.places import ROOT

PAGE = (ROOT / "docs/reliability.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py(?:::\w+)?)`", PAGE)))
FAILURES = [part for part in PAGE.split("\n## ")[1:] if not part.startswith(("What is not proven", "What was measured"))]


@pytest.mark.parametrize("name", NAMED)
def test_it_exists(name: str) -> None:
    path, _, function = name.partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    tests = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    assert function in tests if function else any(one.startswith(("test_", "Test")) for one in tests) or "TestCase" in ast.dump(tree)


@pytest.mark.parametrize("failure", FAILURES, ids=lambda part: str(part).partition("\n")[0])
def test_each_failure_says_what_happens_and_what_proves_it(failure: str) -> None:
    assert "- **Happens.**" in failure and "- **Proof.**" in failure and "`tests/" in failure.partition("- **Proof.**")[2]
