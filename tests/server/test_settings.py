"""Settings: typed, from the environment, with errors that name the variable."""

from pathlib import Path

import pytest

from server.exceptions import BadSetting
from server.settings import load_settings, unknown_variables


def test_the_defaults_need_nothing(monkeypatch):
    settings = load_settings()
    assert settings.port == 8000
    assert settings.host == "127.0.0.1"
    assert settings.database.startswith("sqlite:////")
    assert settings.address == "http://localhost:8000"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "80000"),
        ("PORT", "http"),
        ("WORKERS", "0"),
        ("THREADS", "2"),
        ("EMBEDDER", "arcface"),
        ("PRECISION", "f16"),
        ("DEFAULT_TIME_ZONE", "Mars/Olympus"),
        ("DEFAULT_TIME_ZONE", "../../etc/passwd"),
        ("DEFAULT_LOCALE", "fr"),
        ("PUBLIC_URL", "school.example"),
        ("TRUSTED_PROXIES", "-1"),
    ],
)
def test_a_bad_value_names_its_variable(monkeypatch, name, value):
    monkeypatch.setenv(f"FACE_CHECKIN_{name}", value)
    with pytest.raises(BadSetting, match=f"^FACE_CHECKIN_{name}: "):
        load_settings()


def test_secrets_may_come_from_files(monkeypatch, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("from a file, long enough\n")
    monkeypatch.setenv("FACE_CHECKIN_SECRET_KEY_FILE", str(secret))
    assert load_settings().secret_key.get_secret_value() == "from a file, long enough"
    monkeypatch.setenv("FACE_CHECKIN_SECRET_KEY", "from the environment")
    assert load_settings().secret_key.get_secret_value() == "from the environment"


def test_a_secret_file_that_is_missing_names_the_variable(monkeypatch, tmp_path):
    monkeypatch.setenv("FACE_CHECKIN_DATA_KEY_FILE", str(tmp_path / "nothing"))
    with pytest.raises(BadSetting, match="^FACE_CHECKIN_DATA_KEY_FILE: "):
        load_settings()


def test_secrets_do_not_show():
    settings = load_settings(database_url="postgresql+psycopg://me:hunter2@db/x", secret_key="k" * 20)
    assert "hunter2" not in repr(settings)
    assert "k" * 20 not in repr(settings)


def test_a_misspelt_variable_is_noticed():
    found = unknown_variables({"FACE_CHECKIN_DATADIR": "x", "FACE_CHECKIN_PORT": "1", "PATH": "y"})
    assert found == {"FACE_CHECKIN_DATADIR": "FACE_CHECKIN_DATA_DIR"}


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({"host": "0.0.0.0", "port": 9000}, "http://localhost:9000"),
        ({"host": "192.0.2.7"}, "http://192.0.2.7:8000"),
        ({"public_url": "https://school.example/check-in/"}, "https://school.example/check-in"),
    ],
)
def test_the_address_to_print(given, address):
    assert load_settings(**given).address == address


def test_the_database_lies_in_the_data_folder(tmp_path: Path):
    assert str(tmp_path) in load_settings(data_dir=tmp_path).database
