"""compose.yaml, as far as it can be judged without Docker: what it names exists, nobody may too much."""

import re
from pathlib import Path

import pytest
import yaml

from server.__main__ import main
from server.data_folder import KEY_FILES
from server.settings import PREFIX, SECRETS, Settings
from tests.running_nginx import script

OWN = ("app", "jobs", "single", "certificate")
"""Services that run the image made here."""
KEYS = {
    "build", "cap_add", "cap_drop", "command", "depends_on", "deploy", "entrypoint", "environment", "expose",
    "healthcheck", "image", "init", "network_mode", "networks", "ports", "profiles", "read_only", "restart",
    "secrets", "security_opt", "shm_size", "stop_grace_period", "tmpfs", "user", "volumes",
}  # fmt: skip
"""Of a service, as the Compose Specification spells them."""


@pytest.fixture(scope="module")
def compose(repository: Path) -> dict:
    """The file, with what YAML itself puts together."""
    return yaml.safe_load((repository / "compose.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def services(compose: dict) -> dict[str, dict]:
    """Its services."""
    return compose["services"]


def test_there_is_everything_that_several_replicas_need(services: dict[str, dict]) -> None:
    assert set(services) - {"single"} >= {"nginx", "app", "jobs", "postgres", "redis"}
    assert services["app"]["deploy"]["replicas"] == "${REPLICAS:-2}"
    assert "ports" not in services["app"], "two replicas cannot have one port of the host"
    assert [name for name, service in services.items() if "profiles" in service] == ["single"]


def test_only_known_words_are_used(compose: dict, services: dict[str, dict]) -> None:
    top = {name for name in compose if not name.startswith("x-")}
    assert top == {"name", "services", "networks", "volumes", "secrets"}
    assert {name: set(service) - KEYS for name, service in services.items()} == {
        name: set() for name in services
    }


def test_every_volume_secret_and_network_that_is_used_is_declared_and_the_other_way_round(
    compose: dict, services: dict[str, dict]
) -> None:
    for kind in ("secrets", "networks"):
        used = {name for service in services.values() for name in service.get(kind, [])}
        assert used == set(compose[kind])
    mounts = [mount.split(":")[0] for service in services.values() for mount in service.get("volumes", [])]
    assert {one for one in mounts if not one.startswith(".")} == set(compose["volumes"])


def test_every_file_that_is_mounted_exists(repository: Path, services: dict[str, dict]) -> None:
    mounts = [mount.split(":")[0] for service in services.values() for mount in service.get("volumes", [])]
    assert [one for one in mounts if one.startswith(".") and not (repository / one).exists()] == []


def test_replicas_share_no_volume_and_are_given_every_key(services: dict[str, dict]) -> None:
    assert "volumes" not in services["app"]
    for name in ("app", "jobs"):
        assert {*KEY_FILES.values(), "database_url"} <= set(services[name]["secrets"])
        assert {f"{PREFIX}{key.upper()}_FILE" for key in KEY_FILES.values()} <= set(
            services[name]["environment"]
        )


def test_settings_exist_and_their_values_are_taken(
    services: dict[str, dict], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in OWN:
        environment = services[name].get("environment", {})
        for variable, value in environment.items():
            setting = variable.removeprefix(PREFIX).removesuffix("_FILE").lower()
            assert setting in Settings.model_fields
            if variable.endswith("_FILE"):
                assert setting in SECRETS
                assert Path(value).name in services[name]["secrets"], "the file is one of its secrets"
                (tmp_path / setting).write_text("postgresql+psycopg://school:word@postgres/school")
                value = str(tmp_path / setting)
            monkeypatch.setenv(variable, re.sub(r"\$\{\w+:-(.*?)\}", r"\1", value))
        Settings()


def test_every_container_may_do_as_little_as_it_can(services: dict[str, dict]) -> None:
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "privileged" not in service
        assert name == "nginx" or "cap_add" not in service
        if name != "certificate":
            limits = service["deploy"]["resources"]["limits"]
            assert {"cpus", "memory", "pids"} == set(limits), name


def test_every_service_is_watched(services: dict[str, dict], repository: Path) -> None:
    """Ours by the image's own check; jobs and the certificate serve nobody."""
    assert "HEALTHCHECK" in (repository / "Dockerfile").read_text()
    unwatched = {
        name for name, service in services.items() if service.get("healthcheck") == {"disable": True}
    }
    assert unwatched == {"jobs", "certificate"}
    assert {name for name, service in services.items() if "test" in service.get("healthcheck", {})} == {
        "nginx",
        "postgres",
        "redis",
    }


def test_who_waits_for_health_waits_for_somebody_who_has_it(services: dict[str, dict]) -> None:
    for service in services.values():
        needed = service.get("depends_on", {})
        for other in needed:
            assert other in services
            if isinstance(needed, dict) and needed[other]["condition"] == "service_healthy":
                assert services[other].get("healthcheck") != {"disable": True}


def test_images_of_others_are_pinned_by_a_version(services: dict[str, dict]) -> None:
    for name, service in services.items():
        if name not in OWN:
            assert re.fullmatch(r"[a-z]+:\d+(\.\d+)?-bookworm", service["image"])


def test_the_database_and_the_queue_are_out_of_reach(compose: dict, services: dict[str, dict]) -> None:
    for name in ("postgres", "redis"):
        assert services[name]["networks"] == ["back"]
        assert "ports" not in services[name]
    assert compose["networks"]["back"] == {"internal": True}


def test_nginx_gets_every_word_of_its_templates(services: dict[str, dict]) -> None:
    environment = services["nginx"]["environment"]
    assert set(environment) == set(script("render").words({}))
    assert all(isinstance(value, str) for value in environment.values())


def test_our_commands_exist(services: dict[str, dict], capsys: pytest.CaptureFixture[str]) -> None:
    for name in OWN[:3]:
        for word in services[name].get("command", ["serve"]):
            with pytest.raises(SystemExit) as ended:
                main([word, "--help"])
            assert ended.value.code == 0
    capsys.readouterr()
