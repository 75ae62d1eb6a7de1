"""deploy/ fits the program: what is watched exists, what is alerted has instructions, what is started can be started."""

import configparser
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from bot.config import load_config
from bot.metrics import REGISTRY
from bot.web.server import listen_beside
from bot.web.watching import PILED_UP
from storage import postgres, sqlite
from tests.plain_yaml import read_yaml

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"


def text_of(name: str) -> str:
    return (DEPLOY / name).read_text("utf-8")


def known_samples() -> set[str]:
    """Return the names that /metrics has lines of."""
    names = set()
    for family in REGISTRY.collect():
        suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}.get(family.type, [""])
        names |= {family.name + suffix for suffix in suffixes}
    return names


def labels_of() -> dict[str, set[str]]:
    return {family._name: set(family._labelnames) for family in REGISTRY._collector_to_names}  # type: ignore[attr-defined]


def expressions() -> list[tuple[str, str]]:
    """Return (where, expression) of every panel and alert."""
    dashboard = json.loads(text_of("grafana-dashboard.json"))
    panels = [
        (panel["title"], target["expr"]) for panel in dashboard["panels"] for target in panel["targets"]
    ]
    (group,) = read_yaml(text_of("alerts.yml"))["groups"]
    return panels + [(rule["alert"], rule["expr"]) for rule in group["rules"]]


@pytest.mark.parametrize(("where", "expression"), expressions())
def test_every_metric_and_label_that_is_drawn_or_alerted_exists(where: str, expression: str) -> None:
    used = set(re.findall(r"\baskwhy_\w+", expression))
    assert used or 'up{job="askwhy"}' in expression
    assert used <= known_samples(), where
    assert expression.count("(") == expression.count(")")
    families = {re.sub(r"_(total|bucket|sum|count)$", "", name) for name in used}
    known = set().union(*(labels_of()[family] for family in families)) | {"le", "job", "instance"}
    named = re.findall(r'(\w+)\s*=~?"', expression)
    for listed in re.findall(r"by \(([^)]*)\)", expression):
        named += [label.strip() for label in listed.split(",")]
    assert set(named) <= known, where


def test_every_metric_is_drawn_somewhere() -> None:
    drawn = " ".join(expression for _, expression in expressions())
    missing = [family.name for family in REGISTRY.collect() if family.name not in drawn]
    assert not missing


def test_the_dashboard_is_what_grafana_imports() -> None:
    dashboard = json.loads(text_of("grafana-dashboard.json"))
    assert {"uid", "title", "panels", "templating", "schemaVersion", "time"} <= dashboard.keys()
    assert dashboard["templating"]["list"][0]["type"] == "datasource"
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(ids)) == len(ids)
    taken: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        assert panel["description"].endswith("."), panel["title"]
        assert panel["datasource"]["uid"] == "${datasource}"
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells


def test_every_alert_says_how_urgent_it_is_and_has_a_section_that_says_what_to_do() -> None:
    (group,) = read_yaml(text_of("alerts.yml"))["groups"]
    sections = set(re.findall(r"^### (\w+)$", text_of("README.md"), re.MULTILINE))
    names = [rule["alert"] for rule in group["rules"]]
    assert set(names) == sections
    assert len(set(names)) == len(names)
    for rule in group["rules"]:
        assert rule.keys() == {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["runbook"] == f"README.md#{rule['alert'].lower()}"
        assert re.fullmatch(r"\d+[mh]", rule["for"])


def test_work_that_waits_is_alerted_where_health_warns_and_before_anything_is_refused() -> None:
    (limit,) = [
        int(match[1])
        for _, expression in expressions()
        if (match := re.search(r"askwhy_store_waiting\[\w+\]\) > (\d+)", expression))
    ]
    assert limit == PILED_UP < min(sqlite.BACKLOG, postgres.BACKLOG)


def test_prometheus_asks_where_askwhy_listens_and_loads_the_rules() -> None:
    scrape = read_yaml(text_of("prometheus.yml"))
    (job,) = scrape["scrape_configs"]
    web = load_config(None, {"ASKWHY_STORAGE__URL": "sqlite:///x.db"}).web
    assert job["job_name"] == "askwhy"
    assert job["static_configs"][0]["targets"] == [f"{web.host}:{web.port}"]
    assert scrape["rule_files"] == ["alerts.yml"]
    assert f":{web.port + 1}" in text_of("prometheus.yml")
    assert listen_beside.__doc__


def test_compose_starts_web_and_worker_with_one_configuration_and_waits_for_the_database() -> None:
    compose = read_yaml(text_of("compose.yaml"))
    services = compose["services"]
    assert services.keys() == {"web", "worker", "db", "proxy"}
    assert services["web"]["command"] == ["run", "--role", "web"]
    assert services["worker"]["command"] == ["run", "--role", "worker"]
    for name in ("web", "worker"):
        assert services[name]["depends_on"]["db"] == {"condition": "service_healthy"}
        assert services[name]["env_file"] == "secrets.env"
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["stop_grace_period"] == "15s"
    assert ":8081/health" in services["worker"]["healthcheck"]["test"][-1]
    mounted = {volume.split(":")[0] for service in services.values() for volume in service.get("volumes", [])}
    assert {name for name in mounted if not name.startswith(".")} == set(compose["volumes"])
    files = {name.removeprefix("./") for name in mounted if name.startswith(".")}
    assert files == {"config.toml", "surveys", "Caddyfile"}
    assert "ports" not in services["db"]
    assert "secrets.env" not in services["db"]["env_file"]


def test_the_image_is_built_from_the_lock_and_runs_as_nobody_special() -> None:
    lines = text_of("Dockerfile").splitlines()
    assert any("--require-hashes -r requirements.lock" in line for line in lines)
    assert "USER askwhy" in lines
    assert lines.index("USER askwhy") < lines.index('ENTRYPOINT ["askwhy"]')
    copied = [line.split()[1] for line in lines if line.startswith("COPY") and "--from" not in line]
    assert all((ROOT / name).exists() for name in copied)
    kept = {line[1:] for line in text_of("Dockerfile.dockerignore").splitlines() if line.startswith("!")}
    assert {
        name
        for line in lines
        if line.startswith("COPY") and "--from" not in line
        for name in line.split()[1:-1]
    } <= kept


def test_what_is_installed_is_the_part_of_the_lock_without_the_tools() -> None:
    """At the same versions, by the same hashes, with everything that the program and its build need."""

    def pins(text: str) -> dict[str, str]:
        """Return by package, version and marker: the hashes of its files."""
        plain = re.sub(r"^ *#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
        lines = [line.partition("--hash") for line in plain.splitlines()]
        return {name.strip(): hashes for name, _, hashes in lines if hashes}

    ours, everything = (
        pins(text_of("requirements.lock")),
        pins((ROOT / "requirements.lock").read_text("utf-8")),
    )
    assert ours.items() <= everything.items()
    names = {re.split(r"[=\[ ]", pin)[0] for pin in ours}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"]

    def plain(wanted: list[str]) -> set[str]:
        return {re.split(r"[^\w.-]", one)[0].lower() for one in wanted}

    build = plain(groups["build"])
    assert plain(project["project"]["dependencies"]) | build <= names
    assert not plain([one for one in groups["dev"] if isinstance(one, str)]) & names
    assert build == plain(project["build-system"]["requires"])


@pytest.mark.parametrize("name", ["Dockerfile", "askwhy.service"])
def test_every_variable_that_is_set_is_a_key_of_the_configuration(name: str, tmp_path: Path) -> None:
    found = re.findall(r"(ASKWHY_[A-Z_]+)=(\S+)", text_of(name))
    values = {key: value.replace("%S", "/var/lib") for key, value in found if key != "ASKWHY_CONFIG"}
    assert values
    (tmp_path / "config.toml").write_text('[organisation]\nname = "Acme Auto"\n')
    config = load_config(tmp_path / "config.toml", values)
    assert config.storage.url == "sqlite:////var/lib/askwhy/askwhy.db"
    assert config.backup_folder == Path("/var/lib/askwhy/backups")


def test_the_unit_ends_within_systemds_patience_and_gives_up_on_a_wrong_configuration() -> None:
    unit: Any = configparser.RawConfigParser(strict=False)
    unit.optionxform = str
    unit.read_string(text_of("askwhy.service"))
    service = unit["Service"]
    assert service["ExecStart"].endswith("/askwhy run")
    assert int(service["TimeoutStopSec"]) > 10
    assert service["RestartPreventExitStatus"] == "2"
    assert service["User"] != "root"
    assert service["NoNewPrivileges"] == "yes"
    assert unit["Install"]["WantedBy"] == "multi-user.target"


@pytest.mark.parametrize("name", ["Caddyfile", "nginx.conf"])
def test_the_proxy_lets_only_webhooks_and_the_api_through(name: str) -> None:
    text = text_of(name)
    outside = "/webhooks/* /api/*" if name == "Caddyfile" else "^/(webhooks|api)/"
    assert outside in text
    assert text.count("{") == text.count("}")
    assert "404" in text


def test_the_page_names_only_files_and_commands_that_exist() -> None:
    page = text_of("README.md")
    named = {
        part
        for line in page.splitlines()
        if line.startswith("| `")
        for part in re.findall(r"`([\w.-]+)`", line)
    }
    assert named == {file.name for file in DEPLOY.iterdir()} - {"README.md", "Dockerfile.dockerignore"}
    from bot.commands import COMMANDS

    used = set(
        re.findall(
            r"askwhy (person|quarantine|staff|backup|restore|check|score|init|run|link|explain)\b", page
        )
    )
    assert used <= {command.split()[0] for command in COMMANDS}


@pytest.mark.parametrize("bad", ["a: 1\na: 2", "a:\n\tb: 1", "a: b: c", "- a\n   - b", "just words"])
def test_the_reader_of_these_files_is_strict(bad: str) -> None:
    with pytest.raises((ValueError, AssertionError)):
        read_yaml(bad)
