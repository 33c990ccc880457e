"""docker-compose.yml, .env and the images, without docker: schema, and that each name, path, port and command in them is one that exists."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.broker import nats
from cli.broker.accounts import Accounts
from cli.broker.mosquitto import CONFIG_TEXT as MOSQUITTO
from cli.containers import parser
from cloud.settings import PREFIX, from_environment
from tests import compose
from tests.compose import ROOT, Service

pytestmark = pytest.mark.slow  # seconds in all

ENV = {name: value or "5" * 48 for name, value in compose.example().items()}
SERVICES = compose.services(ENV)
OURS = {"setup": "cloud", "cloud": "cloud", "people": "station", "station-1": "station", "station-2": "station"}
"""Service -> stage of deploy/Dockerfile."""
ONCE = {"setup", "people"}
# What is said in the documentation of each image; names of ours are checked against our own programs.
NAMES = {
    "database": {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "POSTGRES_INITDB_ARGS"},
    "series": {f"DOCKER_INFLUXDB_INIT_{word}" for word in ("MODE", "USERNAME", "PASSWORD", "ADMIN_TOKEN", "ORG", "BUCKET", "RETENTION")}
    | {"INFLUXD_SQLITE_PATH", "INFLUXD_REPORTING_DISABLED"},
}
# Sections of grafana.ini, each with the keys that are used: GF_SECTION_KEY.
GRAFANA = {
    "SECURITY": {"ADMIN_PASSWORD", "SECRET_KEY", "DISABLE_GRAVATAR"}, "SERVER": {"ROOT_URL"}, "USERS": {"ALLOW_SIGN_UP"},
    "PLUGINS": {"PREINSTALL_DISABLED"}, "NEWS": {"NEWS_FEED_ENABLED"},
    "ANALYTICS": {"REPORTING_ENABLED", "CHECK_FOR_UPDATES", "CHECK_FOR_PLUGIN_UPDATES"},
}  # fmt: skip
PROGRAMS = {
    "postgres": {"pg_isready"}, "influxdb": {"influx"}, "nats": {"wget", "nats-server"}, "eclipse-mosquitto": {"nc", "/usr/sbin/mosquitto"},
    "grafana/grafana": {"wget"},
}  # fmt: skip
"""Programs that each image has: its own, and what busybox brings."""
LISTENS = {"database": "5432", "series": "8086", "grafana": "3000"}
"""Ports of images that are left at their own."""


def test_the_file_passes_the_schema_of_compose() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(compose.FILE)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_variable_is_in_the_example_and_every_name_of_the_example_is_used() -> None:
    assert compose.variables(compose.FILE.read_text()) | {"COMPOSE_PROFILES"} == set(compose.example())


def test_no_secret_has_a_value_in_the_repository() -> None:
    secret = re.compile(r"PASSWORD|TOKEN|SECRET")
    assert {name for name, value in compose.example().items() if value and secret.search(name)} == set()
    assert {name for name, value in compose.example().items() if not value} == {name for name in compose.example() if secret.search(name)}
    # and one that is missing stops compose with words, rather than being empty
    text = compose.FILE.read_text()
    assert all(f"${{{name}:?" in text and not re.search(rf"\${{{name}(?!:\?)", text) for name in compose.example() if secret.search(name))


def test_env_is_written_once_with_random_secrets_for_the_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text("SPEED=3\nCLOUD_TOKEN=mine")
    for _ in range(2):
        subprocess.run(["sh", ROOT / "deploy/make-env.sh", file], check=True, capture_output=True)
        written = compose.read_env(file.read_text())
    assert file.stat().st_mode & 0o777 == 0o600
    assert set(written) == set(compose.example())
    assert (written["SPEED"], written["CLOUD_TOKEN"], written["CLOUD_PORT"]) == ("3", "mine", "8000")
    made = [written[name] for name, value in compose.example().items() if not value and name != "CLOUD_TOKEN"]
    assert all(re.fullmatch(r"[0-9a-f]{48}", word) for word in made) and len(set(made)) == len(made)
    assert file.read_text().count("SPEED=") == 1


def test_env_is_never_committed() -> None:
    assert subprocess.run(["git", "check-ignore", "-q", ".env"], cwd=ROOT).returncode == 0
    assert subprocess.run(["git", "check-ignore", "-q", ".env.example"], cwd=ROOT).returncode == 1


@pytest.mark.parametrize("service", SERVICES.values(), ids=lambda each: each.name)
class TestEveryService:
    def test_its_image_is_a_short_name_with_a_version(self, service: Service) -> None:
        image = service.raw["image"]
        assert "." not in image.partition(":")[0], "a registry host"
        assert service.name in OURS or re.search(r":\d+\.\d+", image), "not pinned"

    def test_it_may_do_little_and_use_little(self, service: Service) -> None:
        raw = service.raw
        assert raw["read_only"] and raw["cap_drop"] == ["ALL"] and raw["security_opt"] == ["no-new-privileges:true"]
        assert re.match(r"[1-9]", str(raw["user"])), "root"
        assert set(raw["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
        assert raw["restart"] == ("no" if service.name in ONCE else "unless-stopped")

    def test_it_publishes_on_loopback_only_what_it_listens_on(self, service: Service) -> None:
        for port in service.ports:
            address, _, inside = port.rsplit(":", 2)
            assert address == "127.0.0.1"
            assert inside == listens(service)

    def test_its_health_is_asked_by_a_program_that_its_image_has(self, service: Service) -> None:
        if service.name in ONCE:
            assert service.health == []
        elif service.name in OURS:
            stage = compose.stages()[OURS[service.name]]
            assert service.health == compose.exec_form(stage.all("HEALTHCHECK")[0])
            entry = compose.exec_form(stage.all("ENTRYPOINT")[0])
            assert service.health[: len(entry)] == entry
            parser().parse_args(service.health[len(entry) + 1 :])
        else:
            assert service.health[0] in PROGRAMS[service.raw["image"].partition(":")[0]]

    def test_what_it_waits_for_can_come_true(self, service: Service) -> None:
        for name, condition in service.needs.items():
            assert condition == ("service_completed_successfully" if name in ONCE else "service_healthy")
            assert SERVICES[name].health or name in ONCE
            profiles = set(SERVICES[name].raw.get("profiles", ()))  # what may be left out is waited for only if it is there
            assert service.raw["depends_on"][name].get("required", True) is (profiles <= set(service.raw.get("profiles", ())))

    def test_its_mounts_exist(self, service: Service) -> None:
        volumes = compose.load(ENV)["volumes"]
        for mount in service.mounts:
            if mount.source.startswith("."):
                assert mount.read_only
                assert (ROOT / mount.source).exists(), f"{mount.source} is not in the repository"
            else:
                assert mount.source in volumes

    def test_it_knows_each_name_in_its_environment(self, service: Service) -> None:
        given = service.environment
        if service.name in NAMES:
            assert set(given) == NAMES[service.name]
        elif service.name == "grafana":
            known = {f"GF_{section}_{key}" for section, keys in GRAFANA.items() for key in keys}
            assert set(given) == known | provisioned()
        else:
            assert {name for name in given if not name.startswith(PREFIX)} <= {"CLOUD_TOKEN", "SERIES_TOKEN"}
            from_environment(given)  # raises on a name that the cloud does not know, and on a bad value

    def test_its_networks_exist(self, service: Service) -> None:
        assert set(service.raw["networks"]) <= set(compose.load(ENV)["networks"])

    def test_a_command_of_ours_is_one_that_the_program_takes(self, service: Service) -> None:
        if service.name in OURS and service.command[0] == "containers":
            parser().parse_args(service.command[1:])
        elif service.name not in OURS and service.command:
            assert service.command[0] in PROGRAMS[service.raw["image"].partition(":")[0]]


def listens(service: Service) -> str:
    """The port that the service's own configuration opens."""
    if service.name == "nats":
        found = re.search(r'mqtt \{ host: "0.0.0.0", port: (\d+)', nats.config(Accounts(), **_setup_defaults(), store="/broker-data", around=""))
        assert found
        return found[1]
    if service.name == "mosquitto":
        assert MOSQUITTO.startswith("listener {port} {host}")
        return str(_setup_defaults()["port"])
    if service.name == "cloud":
        return service.environment[f"{PREFIX}PORT"]
    return LISTENS[service.name]


def _setup_defaults() -> dict[str, object]:
    asked = parser().parse_args(SERVICES["setup"].command[1:])
    return {"host": asked.host, "port": asked.port}


PROVISIONED = ("datasources", "dashboards", "alerting")
"""Folders that Grafana reads; what an operator may add lies elsewhere."""


def provisioned() -> set[str]:
    """Names of the environment that Grafana fills in when it reads its provisioning files."""
    files = [path for folder in PROVISIONED for path in (ROOT / "dashboards/provisioning" / folder).glob("*.yaml")]
    return {name for path in files for word in strings(yaml.safe_load(path.read_text())) for name in re.findall(r"\$\{(\w+)\}", word)}


def strings(found: Any) -> Iterator[str]:
    """All words of a document, but for queries, in which Grafana leaves a dollar alone."""
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict | list):
        for key, value in found.items() if isinstance(found, dict) else enumerate(found):
            if key != "model":
                yield from strings(value)


def test_dashboards_lie_where_grafana_is_told_to_look() -> None:
    mounts = {mount.target: ROOT / mount.source for mount in SERVICES["grafana"].mounts}
    for path in (ROOT / "dashboards/provisioning/dashboards").glob("*.yaml"):
        for provider in yaml.safe_load(path.read_text())["providers"]:
            asked = provider["options"]["path"]
            target = next(target for target in mounts if asked.startswith(f"{target}/"))
            assert list((mounts[target] / asked.removeprefix(f"{target}/")).glob("*.json")), f"nothing for {asked}"


def test_grafana_asks_the_database_that_the_cloud_writes() -> None:
    (source,) = yaml.safe_load((ROOT / "dashboards/provisioning/datasources/influxdb.yaml").read_text())["datasources"]
    cloud, grafana = SERVICES["cloud"].environment, SERVICES["grafana"].environment
    bucket = SERVICES["series"].environment["DOCKER_INFLUXDB_INIT_BUCKET"]
    assert compose.interpolate(source["jsonData"]["dbName"], grafana) == cloud[f"{PREFIX}SERIES_BUCKET"] == bucket
    assert compose.interpolate(source["url"], grafana) == cloud[f"{PREFIX}SERIES_URL"]
    assert compose.interpolate(source["secureJsonData"]["httpHeaderValue1"], grafana) == f"Token {ENV['SERIES_TOKEN']}"


def test_what_listens_for_health_is_what_is_asked() -> None:
    monitor = parser().parse_args(SERVICES["setup"].command[1:]).monitor
    assert f"127.0.0.1:{monitor}/" in SERVICES["nats"].health[-1]
    assert SERVICES["mosquitto"].health[-1] == listens(SERVICES["mosquitto"])
    assert f":{SERVICES['cloud'].environment[PREFIX + 'PORT']}/" in SERVICES["cloud"].health[-1]
    for name in ("station-1", "station-2"):
        command = SERVICES[name].command
        assert command[command.index("--control") + 1] == SERVICES[name].health[-1]


def test_addresses_between_services_lead_to_services_in_the_same_network() -> None:
    def networks(name: str) -> set[str]:
        return set(SERVICES[name].raw["networks"])

    cloud = SERVICES["cloud"].environment
    assert "@database:5432/" in cloud[f"{PREFIX}DATABASE_URL"] and networks("cloud") & networks("database")
    assert cloud[f"{PREFIX}SERIES_URL"] == "http://series:8086" and networks("cloud") & networks("series")
    for broker in ("nats", "mosquitto"):
        assert SERVICES[broker].raw["networks"]["field"]["aliases"] == [cloud[f"{PREFIX}BROKER_HOST"]]
        assert networks("cloud") & networks(broker) and networks("station-1") & networks(broker)
    assert networks("setup") & networks("database") and networks("people") & networks("cloud")
    assert networks("grafana") & networks("series") and networks("grafana") & networks("cloud")
    assert not networks("station-1") & networks("database"), "a station reaches the databases"


def test_volumes_that_setup_fills_are_mounted_there_first_on_folders_that_the_user_owns() -> None:
    made = " ".join(compose.stages()["ours"].all("RUN"))
    for mount in SERVICES["setup"].mounts:
        assert f" {mount.target}" in made
        users = [each for each in SERVICES.values() if each.name != "setup" and mount.source in {one.source for one in each.mounts}]
        assert users, f"{mount.source} is used by nobody"
        for each in users:
            assert "setup" in _all_needs(each), f"{each.name} might be first to mount {mount.source}"
            assert each.raw["user"] == SERVICES["setup"].raw["user"]


def _all_needs(service: Service) -> set[str]:
    return set(service.needs) | {more for name in service.needs for more in _all_needs(SERVICES[name])}


def test_commands_of_the_manual_name_services_and_verbs_that_exist() -> None:
    page = (ROOT / "docs/operations.md").read_text()
    found = re.findall(r"docker compose ((?:exec|run|up|kill|logs)\b[^`\n#<>|;]*)", page)
    assert len(found) > 8
    for line in found:
        verb, *words = shlex.split(line)
        names = [word for word in words if word in SERVICES]
        assert names or verb == "up", f"no service in: docker compose {line}"
        if "containers" in words:
            parser().parse_args(words[words.index("containers") + 1 :])


class TestDockerfile:
    def test_sources_and_locks_exist_and_pass_the_ignore_file(self) -> None:
        passed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
        for stage in compose.stages().values():
            for origin, sources in map(compose.copied, stage.all("COPY")):
                if origin:
                    assert origin in compose.stages()
                    continue
                for source in sources:
                    assert (ROOT / source).exists()
                    assert Path(source).parts[0] in passed

    def test_nothing_is_fetched_but_hashed_wheels(self) -> None:
        text = compose.DOCKERFILE.read_text()
        assert not re.search(r"^ADD |://(?!127\.0\.0\.1)|curl|wget|apt", text, re.MULTILINE)
        installs = [line for line in text.splitlines() if " install --" in line]
        assert len(installs) == 2
        assert all("--require-hashes --no-deps --only-binary :all: -r /locks/" in line for line in installs)

    def test_images_are_pinned_and_run_as_nobody_special(self) -> None:
        stages = compose.stages()
        assert {stage.origin for stage in stages.values() if stage.origin not in stages} == {"python:3.11.13-slim-bookworm"}
        for target in set(OURS.values()):
            users = stages[target].all("USER")
            assert users == [str(SERVICES["cloud"].raw["user"])]
            assert len(stages[target].all("HEALTHCHECK")) == 1

    def test_services_name_stages(self) -> None:
        for service, stage in OURS.items():
            build = SERVICES[service].raw["build"]
            assert (build["target"], build["context"], build["dockerfile"]) == (stage, ".", "deploy/Dockerfile")


# Imports what an image runs as if only what its lock and its COPY lines bring were there. Libraries look for others that they can do without.
IMPORTED = """
import json, sys
class Absent:
    def __init__(self, names): self.names = names
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.names: raise ModuleNotFoundError(f"{name} is not in the image", name=name)
sys.meta_path.insert(0, Absent(set(json.loads(sys.argv[1]))))
for name in sys.argv[2:]:
    __import__(name)
"""
RUNS = {
    "cloud": (
        "cloud",
        ["cli.main", "cli.cloud", "cli.series", "cloud.__main__", "cloud.app", "cli.containers.setup", "cli.containers.alive", "influxdb_client", "psycopg"],
    ),
    "station": ("twin", ["cli.main", "cli.containers.station", "cli.containers.people", "cli.containers.alive", "twin.control"]),
}


@pytest.mark.parametrize("stage", RUNS)
def test_each_image_has_all_that_its_programs_import(stage: str) -> None:
    lock, modules = RUNS[stage]
    locked = {name.lower() for name in re.findall(r"^([\w.-]+)==", (ROOT / f"requirements/{lock}.lock").read_text(), re.MULTILINE)}
    copied = {Path(source).parts[0] for each in ("ours", stage) for _, sources in map(compose.copied, compose.stages()[each].all("COPY")) for source in sources}
    absent = [path.name for path in ROOT.iterdir() if (path / "__init__.py").exists() and path.name not in copied]
    for top, distributions in metadata.packages_distributions().items():
        absent += [top] * (not {name.lower().replace("_", "-") for name in distributions} & locked)
    done = subprocess.run([sys.executable, "-P", "-c", IMPORTED, json.dumps(absent), *modules], env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
