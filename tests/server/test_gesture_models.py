"""Gesture models: kept, explained, used; on the command line too."""

import pytest

from server.__main__ import main
from server.exceptions import Conflict, Invalid, NotFound
from server.models import Gesture
from server.services import gesture_labels, gesture_models, gesture_serving, kiosks
from server.services.gesture_export import read_export
from tests.server.gesture_exports import DEFAULT, packed, relabelled

FREE = ("만세", "동그라미", "엑스", "대기")


def keep(db, *labels, **options):
    return gesture_models.keep(db, read_export(relabelled(*labels)), **options)


@pytest.mark.parametrize(
    ("label", "gesture"),
    [
        ("CAPTURE", "CAPTURE"),
        (" capture ", "CAPTURE"),
        ("만세", "CAPTURE"),
        ("양팔-들기", "CAPTURE"),
        ("동그라미", "O"),
        ("Ｏ", "O"),  # noqa: RUF001
        ("⭕️", "O"),
        ("엑스", "X"),
        ("Crossed Arms", "X"),
        ("대기", "IDLE"),
        ("stand", "IDLE"),
        ("아무것도 아님", "IDLE"),
        ("Class 1", None),
    ],
)
def test_words_that_everybody_understands(db, label, gesture):
    assert gesture_labels.meanings(db, [label]) == {label: gesture}


def test_a_label_is_asked_about_once(db):
    first = keep(db, "wave", "O", "X", "stand")
    assert gesture_models.unexplained(first) == ["wave"]
    with pytest.raises(Conflict, match="gesture_labels_unexplained"):
        gesture_models.use_everywhere(db, first)
    gesture_models.explain(db, first, {"wave": "CAPTURE"})
    gesture_models.use_everywhere(db, first)
    second = keep(db, "Wave", "circle", "no", "idle", "other")
    assert second.meanings["Wave"] == "CAPTURE"
    assert gesture_models.unexplained(second) == ["other"]


def test_only_gestures_and_labels_of_the_model_can_be_said(db):
    model = keep(db, "wave", "O", "X")
    with pytest.raises(Invalid, match="gesture_meaning_invalid"):
        gesture_models.explain(db, model, {"wave": "JUMP"})
    with pytest.raises(Invalid, match="gesture_label_unknown"):
        gesture_models.explain(db, model, {"other": "O"})
    assert model.meanings["wave"] is None


def test_a_model_that_would_never_do_anything_is_not_used(db):
    model = keep(db, "stand", "rest")
    assert gesture_models.missing(model) == [Gesture.CAPTURE, Gesture.O, Gesture.X]
    with pytest.raises(Conflict, match="gesture_none_known"):
        gesture_models.use_everywhere(db, model)


def test_each_kiosk_gets_its_own_or_everybodys(db, instructor, administrator, runtime):
    everybodys, own = keep(db, *FREE), keep(db, "CAPTURE", "O", "X", "IDLE", "stand")
    one, _ = kiosks.register(db, "Room 1", instructor)
    other, _ = kiosks.register(db, "Room 2", administrator)
    default = gesture_serving.version_for(db, runtime.default_gestures, None)
    gesture_models.use_everywhere(db, everybodys)
    gesture_models.use_at(db, instructor, one.id, own)
    versions = [
        gesture_serving.version_for(db, runtime.default_gestures, kiosk) for kiosk in (None, one, other)
    ]
    assert versions == [gesture_serving.version_of(model) for model in (everybodys, own, everybodys)]
    assert default not in versions
    with pytest.raises(NotFound, match="kiosk_not_found"):
        gesture_models.use_at(db, instructor, other.id, own)
    gesture_models.use_at(db, instructor, one.id, None)
    assert gesture_models.of_kiosk(db, one) is everybodys
    gesture_models.remove(db, everybodys)
    assert gesture_serving.version_for(db, runtime.default_gestures, one) == default


def test_removing_a_kiosks_own_model_sends_it_back(db, instructor):
    own = keep(db, *FREE)
    kiosk, _ = kiosks.register(db, "Room 1", instructor)
    gesture_models.use_at(db, instructor, kiosk.id, own)
    gesture_models.remove(db, own)
    assert gesture_models.of_kiosk(db, kiosk) is None


def test_the_same_export_is_kept_once_and_there_is_an_end(db, monkeypatch):
    assert keep(db, *FREE).id == keep(db, *FREE, name="again").id
    monkeypatch.setattr(gesture_models, "MOST_MODELS", 1)
    with pytest.raises(Conflict, match="gesture_models_full"):
        keep(db, "CAPTURE", "O", "X", "IDLE", "stand")


class TestCommand:
    @pytest.fixture(autouse=True)
    def installation(self, settings, monkeypatch):
        monkeypatch.setenv("FACE_CHECKIN_DATA_DIR", str(settings.data_dir))

    @pytest.fixture
    def folder(self, tmp_path):
        def write(files):
            folder = tmp_path / "export"
            folder.mkdir()
            for name, content in files.items():
                (folder / name).write_bytes(content)
            return str(folder)

        return write

    def test_an_export_with_known_labels_is_used_at_once(self, folder, capsys):
        assert main(["gestures", "import", folder(relabelled(*FREE))]) == 0
        assert "All kiosks use it now" in capsys.readouterr().out
        assert main(["gestures", "use", "default"]) == 0
        assert main(["gestures", "list"]) == 0
        assert capsys.readouterr().out.splitlines()[-2:][0] == "* default"

    def test_unknown_labels_are_named_and_can_be_mapped(self, tmp_path, capsys):
        path = tmp_path / "export.zip"
        path.write_bytes(packed(relabelled("wave", "circle", "a=b", "stand")))
        assert main(["gestures", "import", str(path)]) == 0
        assert "nobody has said what 'wave', 'a=b' means" in capsys.readouterr().out
        assert main(["gestures", "import", str(path), "--map", "wave=CAPTURE", "--map", "a=b=x"]) == 0
        assert "All kiosks use it now" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("arguments", "reason"),
        [
            (["import", "/nowhere/at/all"], "gesture_file_missing"),
            (["import", "EXPORT", "--map", "CAPTURE=JUMP"], "gesture_meaning_invalid"),
            (["import", "EXPORT", "--map", "wave=O"], "gesture_label_unknown"),
            (["use", "77"], "gesture_model_not_found"),
            (["use", "best"], "gesture_model_not_found"),
        ],
    )
    def test_refusals_are_one_sentence(self, folder, arguments, reason, capsys):
        where = folder(DEFAULT)
        assert main(["gestures", *(where if one == "EXPORT" else one for one in arguments)]) == 65
        said = capsys.readouterr().err
        assert said.startswith(f"{reason}: ")
        assert len(said.splitlines()) == 1
