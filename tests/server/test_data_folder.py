"""The data folder and the secrets in it."""

import stat
import tempfile
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import SecretStr

from server import data_folder
from server.exceptions import BadSetting, DataFolderUnwritable, KeyMissing
from server.kept_keys import expect, kept_keys, lacking
from server.settings import load_settings

NAMES = ("secret", "data", "model", "audit", "certificate")


def test_secrets_are_made_once_and_are_private(tmp_path):
    settings = load_settings(data_dir=tmp_path / "data")
    keys = data_folder.load_keys(settings)
    assert data_folder.load_keys(settings) == keys
    assert len(keys.data) == len(keys.model) == 32
    for path in (tmp_path / "data" / "secrets").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "data" / "secrets").stat().st_mode) == 0o700


def test_processes_that_start_together_agree(tmp_path):
    settings = load_settings(data_dir=tmp_path / "data")
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: data_folder.load_keys(settings), range(16)))
    assert len(keys) == 1
    assert len(list((tmp_path / "data" / "secrets").iterdir())) == 5


def test_given_keys_win(tmp_path):
    settings = load_settings(data_dir=tmp_path, data_key="ab" * 32, secret_key="s" * 32)
    keys = data_folder.load_keys(settings)
    assert keys.data == bytes.fromhex("ab" * 32)
    assert keys.session == "s" * 32


@pytest.mark.parametrize(
    ("given", "variable"),
    [({f"{name}_key": "short"}, f"FACE_CHECKIN_{name.upper()}_KEY") for name in NAMES],
)
def test_a_key_of_the_wrong_form_names_its_variable(tmp_path, given, variable):
    with pytest.raises(BadSetting, match=f"^{variable}: "):
        data_folder.load_keys(load_settings(data_dir=tmp_path, **given))


def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataFolderUnwritable, match="FACE_CHECKIN_DATA_DIR"):
        data_folder.prepare(load_settings(data_dir=tmp_path / "file" / "data"))


def test_where_nothing_else_can_be_written_temporary_files_are_in_the_data_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: [str(tmp_path / "read-only")])
    data_folder.prepare(load_settings(data_dir=tmp_path / "data"))
    with tempfile.NamedTemporaryFile() as file:
        assert file.name.startswith(str(tmp_path / "data" / "tmp"))


def test_replicas_without_a_common_folder_are_given_the_same_keys(tmp_path, monkeypatch):
    for name, letter in zip(NAMES, "abcde", strict=True):
        (tmp_path / name).write_text(letter * 64 + "\n")
        monkeypatch.setenv(f"FACE_CHECKIN_{name.upper()}_KEY_FILE", str(tmp_path / name))
    one, two = (data_folder.load_keys(load_settings(data_dir=tmp_path / name)) for name in ("one", "two"))
    assert one == two
    assert (one.model, one.certificate) == (b"\xcc" * 32, b"\xee" * 32)
    assert list((tmp_path / "one" / "secrets").iterdir()) == []


def test_keys_that_restored_data_need_may_come_from_the_environment(tmp_path):
    whole = load_settings(data_dir=tmp_path / "one", **{f"{name}_key": "ab" * 32 for name in NAMES})
    ids = kept_keys(whole, data_folder.load_keys(whole)).ids
    expect(tmp_path, ids)
    here = whole.model_copy(update={"data_dir": tmp_path})
    assert lacking(here, ids) == []
    assert data_folder.load_keys(here) == data_folder.load_keys(whole)
    without = here.model_copy(update={"audit_key": None})
    assert lacking(without, ids) == [
        f"{tmp_path}/secrets/audit.key is not there; needed: {ids['audit.key'][0]}"
    ]
    with pytest.raises(KeyMissing, match="audit.key"):
        data_folder.load_keys(without)
    other = here.model_copy(update={"model_key": SecretStr("cd" * 32)})
    (said,) = lacking(other, ids)
    assert said.startswith("FACE_CHECKIN_MODEL_KEY is another one (")
