"""The plan of the house as tests: who may import whom, what is pure, how large a thing may grow.

Reads the source with `ast`; imports nothing of it. A new package or an exception is one line in a table below.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("contract", "edge", "cloud", "cli", "twin")
FOLDERS = (*PACKAGES, "tests", "dashboards", "firmware_config")

# What each part may import of this project, the first matching line counts. Every part may import itself.
DOMAIN = ("contract", "edge.domain", "edge.errors")
LAYERS: dict[str, tuple[str, ...]] = {
    "contract": (),
    "edge.errors": (),
    "edge.domain": DOMAIN,
    "edge.ports": DOMAIN,
    "edge.delivery": (*DOMAIN, "edge.ports"),
    "edge.measured": (*DOMAIN, "edge.ports"),
    "edge.station": (*DOMAIN, "edge.ports", "edge.delivery", "edge.measured"),
    "edge.expander": DOMAIN,
    "edge.guard": (*DOMAIN, "edge.expander", "edge.adapters.watchdog"),
    "edge.faces": (*DOMAIN, "edge.ports"),
    "edge.adapters.faces": (*DOMAIN, "edge.ports", "edge.faces"),
    "edge.adapters.guard_link": (*DOMAIN, "edge.ports", "edge.guard"),
    "edge.adapters": (*DOMAIN, "edge.ports"),
    "edge": ("contract", "edge"),
    "cloud.errors": (),
    "cloud.domain": ("contract", "cloud.errors"),
    "cloud.settings": ("contract", "cloud.errors"),
    "cloud.rows": ("contract", "cloud.domain"),
    "cloud.ports": ("contract", "cloud.domain", "cloud.errors", "cloud.rows"),
    "cloud.series_ports": ("contract", "cloud.domain", "cloud.errors"),
    "cloud.series": ("contract", "cloud.domain", "cloud.ports", "cloud.series_ports", "cloud.errors", "cloud.settings", "cloud.ingest"),
    "cloud.ingest": ("contract", "cloud.domain", "cloud.ports", "cloud.series_ports", "cloud.errors", "cloud.settings"),
    "cloud.adapters": ("contract", "cloud.domain", "cloud.ports", "cloud.series_ports", "cloud.errors", "cloud.settings"),
    "cloud.api": ("contract", "cloud.domain", "cloud.ports", "cloud.series_ports", "cloud.errors", "cloud.settings", "cloud.ingest"),
    "cloud": ("contract", "cloud"),
    "twin": ("contract", "edge"),
    "cli": PACKAGES,
    "tests": (*PACKAGES, "dashboards"),
    "dashboards": ("contract",),
}
# Each adapter is a part of its own: none may import another.
APART = ("edge.adapters", "cloud.adapters")

PURE = ("contract", "edge.domain", "cloud.domain")
IMPURE_MODULES = set(
    "aiosqlite amqtt asyncio cv2 dlib face_recognition fastapi gpiozero http httpx httpx2 influxdb_client lgpio "
    "logging multiprocessing os paho queue random requests secrets select selectors shutil signal socket sqlalchemy "
    "sqlite3 ssl starlette subprocess tempfile threading time urllib uvicorn".split()
)
IMPURE_CALLS = set("open print input now utcnow today read_text write_text read_bytes write_bytes".split())

FILE_LINES, TEST_LINES, FUNCTION_LINES, PUBLIC_METHODS = 300, 500, 40, 12
# name -> (limit, why it may be larger). Files by path, functions and classes as path::qualified.name.
LARGER: dict[str, tuple[int, str]] = {
    "tests/properties/test_leases.py::LeaseMachine": (23, "rules and invariants are its methods: all that can happen to three stations and their network"),
    "tests/properties/test_lending.py::LendingMachine": (23, "rules and invariants are its methods: people, agents and clocks around one locker"),
    "tests/properties/test_sockets.py::SocketsMachine": (16, "rules and invariants are its methods: all acts around two sockets and their queue"),
    "tests/properties/test_outbox.py::Line": (13, "rules are its methods: all that a line and a cloud may do to messages"),
    "tests/properties/test_fridge.py::FridgeMachine": (20, "rules and invariants are its methods: all acts around one cabinet"),
    "twin/station.py::TwinStation": (13, "all that people, power and the cloud do to one station, in the words of scenarios"),
    "twin/room.py::Room": (13, "everything that hands can do in one room; most are a line"),
}

VAGUE_NAMES = {"manager", "managers", "helper", "helpers", "utils", "util", "common", "base", "misc"}


@dataclass(frozen=True)
class Source:
    """One Python file: its dotted module name, its path from the root, its text as a tree."""

    module: str
    path: str
    tree: ast.Module
    lines: int


@cache
def sources() -> tuple[Source, ...]:
    """Every Python file of the project."""
    files = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    return tuple(read(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in files)


def read(path: str, text: str) -> Source:
    """A file as the rules see it; `path` is from the root of the project, with slashes."""
    module = path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    return Source(module, path, ast.parse(text, filename=path), text.count("\n") + 1)


def within(module: str, part: str) -> bool:
    """True when the module is this part or lies in it."""
    return module == part or module.startswith(part + ".")


def imports(source: Source) -> Iterator[tuple[int, str]]:
    """(line, absolute dotted name) of everything a file imports, wherever in the file; `from a import b` gives a.b."""
    package = source.module if source.path.endswith("__init__.py") else source.module.rpartition(".")[0]
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            origin = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{origin}.{alias.name}") for alias in node.names)


def part_of(module: str) -> str | None:
    """The line of LAYERS that speaks of this module."""
    return next((part for part in LAYERS if within(module, part)), None)


def layer_faults(source: Source) -> Iterator[str]:
    """Imports that the plan of the house forbids."""
    part = part_of(source.module)
    for line, name in imports(source):
        if name.split(".")[0] not in FOLDERS:
            continue
        if part is None:
            yield f"{source.path}: no line in LAYERS speaks of this module"
        elif not may_import(source.module, part, name):
            yield f"{source.path}:{line}: {part} may not import {name}"


def may_import(module: str, part: str, name: str) -> bool:
    """True when a module of this part may import the name; its own bare package only says where the files lie."""
    if name == module.split(".")[0]:
        return True
    if any(within(name, allowed) for allowed in LAYERS[part]):
        return True
    home = next((apart for apart in APART if within(module, apart)), None)
    if home is None:
        return within(name, part)
    adapter = ".".join(module.split(".")[:3])
    return within(name, adapter)


def purity_faults(source: Source) -> Iterator[str]:
    """Modules and calls by which something pure would touch the world or the clock."""
    if not any(within(source.module, part) for part in PURE):
        return
    for line, name in imports(source):
        if name.split(".")[0] in IMPURE_MODULES:
            yield f"{source.path}:{line}: pure code may not import {name.split('.')[0]}"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and called(node) in IMPURE_CALLS:
            yield f"{source.path}:{node.lineno}: pure code may not call {called(node)}()"


def called(node: ast.Call) -> str:
    """Last word of what is called: `datetime.now()` gives now."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def size_faults(source: Source) -> Iterator[str]:
    """Files, functions and classes above the limits of the conventions, or above the larger one that LARGER allows."""
    for name, count, limit, unit in sizes(source):
        allowed, _ = LARGER.get(name, (limit, ""))
        if count > allowed:
            yield f"{name}: {count} {unit}, at most {allowed}"


def sizes(source: Source) -> Iterator[tuple[str, int, int, str]]:
    """(name, size, limit, unit) of the file and of each function and class in it."""
    yield source.path, source.lines, TEST_LINES if within(source.module, "tests") else FILE_LINES, "lines"
    for name, node in definitions(source.tree):
        if isinstance(node, ast.ClassDef):
            methods = [item.name for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)]
            public = sum(not method.startswith("_") for method in methods)
            yield f"{source.path}::{name}", public, PUBLIC_METHODS, "public methods"
        else:
            yield f"{source.path}::{name}", own_lines(node), FUNCTION_LINES, "lines"


def pages() -> Iterator[tuple[str, int, int, str]]:
    """The same of the scripts and pages that are shown to people."""
    for path in (path for folder in PACKAGES for path in sorted((ROOT / folder).rglob("*"))):
        if path.suffix in (".js", ".css", ".html"):
            lines = path.read_text(encoding="utf-8").count("\n") + 1
            yield path.relative_to(ROOT).as_posix(), lines, FILE_LINES, "lines"


Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def definitions(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, Definition]]:
    """(qualified name, node) of every function and class, nested ones too."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Definition):
            yield prefix + node.name, node
            yield from definitions(node, f"{prefix}{node.name}.")
        else:
            yield from definitions(node, prefix)


def own_lines(node: Definition) -> int:
    """Lines of a function without its docstring and without the functions defined in it."""
    taken: set[int] = set()
    if ast.get_docstring(node) is not None:
        taken.update(span(node.body[0]))
    for _, inner in definitions(node):
        taken.update(span(inner))
    return len(set(span(node)) - taken)


def span(node: ast.stmt) -> range:
    """The lines from the first to the last of a statement."""
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def name_faults(source: Source) -> Iterator[str]:
    """Module names that say nothing, simulation inside production code, patching of our own modules in tests."""
    if source.path.rsplit("/", 1)[-1].removesuffix(".py") in VAGUE_NAMES:
        yield f"{source.path}: a name that says nothing"
    if within(source.module, "edge") or within(source.module, "cloud") or within(source.module, "contract"):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Name | ast.Attribute) and "simulat" in identifier(node).lower():
                yield f"{source.path}:{node.lineno}: production code may not know of simulation"
    for line, name in imports(source):
        if within(name, "unittest.mock"):
            yield f"{source.path}:{line}: no mocks: use the twin, or a small real thing"


def identifier(node: ast.Name | ast.Attribute) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr


RULES = {"layers": layer_faults, "purity": purity_faults, "sizes": size_faults, "names": name_faults}


@pytest.mark.parametrize("rule", RULES)
def test_every_file_keeps_the_rule(rule: str) -> None:
    faults = [fault for source in sources() for fault in RULES[rule](source)]
    assert not faults, "\n" + "\n".join(faults)


def test_pages_and_scripts_are_not_too_long() -> None:
    faults = [f"{name}: {count} lines" for name, count, limit, _ in pages() if count > LARGER.get(name, (limit, ""))[0]]
    assert not faults, "\n" + "\n".join(faults)


def test_each_exemption_has_a_reason_and_is_still_needed() -> None:
    everything = [*pages(), *(size for source in sources() for size in sizes(source))]
    too_large = {name for name, count, limit, _ in everything if count > limit}
    assert [name for name, (_, reason) in LARGER.items() if len(reason.split()) < 4] == []
    assert set(LARGER) - too_large == set()


# Each rule must be able to fail: (rule, path, text that breaks it).
BROKEN = [
    ("layers", "contract/x.py", "import edge.station"),
    ("layers", "edge/domain/x.py", "from edge import ports"),
    ("layers", "edge/domain/x.py", "def f():\n    from ..adapters import gpio"),
    ("layers", "edge/adapters/mqtt.py", "from edge.adapters.store import Store"),
    ("layers", "edge/adapters/web/page.py", "from edge.adapters import store"),
    ("layers", "edge/station.py", "from edge.adapters import store"),
    ("layers", "edge/build.py", "import twin.pins"),
    ("layers", "edge/build.py", "import cloud.app"),
    ("layers", "cloud/api/x.py", "from cloud.adapters import db"),
    ("layers", "cloud/app.py", "import edge.domain.door"),
    ("layers", "twin/x.py", "import cli.main"),
    ("layers", "cloud/app.py", "import tests.servers"),
    ("purity", "edge/domain/x.py", "import time"),
    ("purity", "contract/x.py", "from os import environ"),
    ("purity", "cloud/domain/x.py", "from datetime import datetime\nx = datetime.now()"),
    ("sizes", "edge/x.py", "x = 1\n" * 301),
    ("sizes", "edge/x.py", "def f():\n" + "    x = 1\n" * 41),
    ("sizes", "edge/x.py", "class A:\n" + "".join(f"    def f{n}(self): ...\n" for n in range(13))),
    ("names", "edge/utils.py", ""),
    ("names", "edge/x.py", "if simulated:\n    pass"),
    ("names", "tests/test_x.py", "from unittest.mock import patch"),
]


@pytest.mark.parametrize(("rule", "path", "text"), BROKEN)
def test_rule_catches(rule: str, path: str, text: str) -> None:
    assert list(RULES[rule](read(path, text)))


ALLOWED = [
    ("layers", "edge/domain/x.py", "from contract import facts\nfrom . import messages\nimport enum"),
    ("layers", "edge/adapters/web/page.py", "from edge.adapters.web import server\nfrom edge.domain.door import Door"),
    ("layers", "edge/adapters/faces.py", "from edge.faces import pipeline"),
    ("layers", "twin/city.py", "from edge.build import build\nfrom twin.pins import Pins"),
    ("layers", "cli/demo.py", "import cloud.app, twin.city, edge.build, contract.topics"),
    ("purity", "edge/adapters/x.py", "import time\ntime.time()"),
    ("sizes", "tests/test_x.py", "x = 1\n" * 400),
    ("sizes", "edge/x.py", "def f():\n" + '    """' + "long\n" * 60 + '    """\n    return 1\n'),
]


@pytest.mark.parametrize(("rule", "path", "text"), ALLOWED)
def test_rule_lets_pass(rule: str, path: str, text: str) -> None:
    assert not list(RULES[rule](read(path, text)))
