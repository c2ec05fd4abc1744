"""The data folder and the secrets in it."""

import stat
import tempfile
from concurrent.futures import ThreadPoolExecutor

import pytest

from server import data_folder
from server.exceptions import BadSetting, DataFolderUnwritable
from server.settings import load_settings


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
    [({"data_key": "short"}, "FACE_CHECKIN_DATA_KEY"), ({"secret_key": "short"}, "FACE_CHECKIN_SECRET_KEY")],
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
