import numpy as np
import pytest

from recognition.image import decode_image
from training.exceptions import FolderUnusable
from training.photos import check_images, list_photos


def test_one_good_photo_of_each_kind_is_kept(checked):
    kept = {photo.source for photo in checked.accepted}
    assert {"asha/01.jpg", "kai/01.jpg", "mira/01.jpg", "omar/01.jpg"} <= kept
    assert checked.labels == ("asha", "kai", "mira", "omar")


def test_what_is_left_out_is_listed_with_its_reason(checked):
    refused = {refusal.source: refusal for refusal in checked.refused}
    assert refused["kai/again.jpg"].reason == "duplicate"
    assert "kai/01.jpg" in refused["kai/again.jpg"].detail
    assert refused["kai/broken.jpg"].reason == "truncated"
    assert refused["mira/wall.png"].reason == "no_face"
    assert refused["omar/with-brother.jpg"].reason == "several_faces"
    assert not any("notes" in source for source in refused), "other kinds of files are passed over"


def test_progress_is_told_photo_by_photo(demo_people, engine):
    told = []
    image = decode_image((demo_people / "kai" / "enrol" / "01.jpg").read_bytes())
    checked = check_images(
        {"kai": [image, image], "nobody": [np.zeros((64, 64, 3), np.uint8)]},
        engine,
        lambda *step: told.append(step),
    )
    assert told == [("check", done, 3) for done in (1, 2, 3)]
    assert [photo.label for photo in checked.accepted] == ["kai"]
    assert [refusal.reason for refusal in checked.refused] == ["duplicate", "no_face"]


def test_embeddings_that_the_caller_has_are_not_made_again(demo_people, engine, monkeypatch):
    image = decode_image((demo_people / "kai" / "enrol" / "01.jpg").read_bytes())
    known = engine.enrol(image).embedding
    monkeypatch.setattr(engine.embedder, "embed", None)
    checked = check_images({"kai": [image]}, engine, known={"kai": [known]})
    assert checked.accepted[0].embedding is known
    with pytest.raises(ValueError, match="2 embeddings for 1 photos of kai"):
        check_images({"kai": [image]}, engine, known={"kai": [known, known]})


def test_a_picture_under_two_names_is_trusted_under_neither(demo_people, engine):
    kai, omar = (decode_image((demo_people / n / "enrol" / "01.jpg").read_bytes()) for n in ("kai", "omar"))
    checked = check_images({"kai": [kai, omar], "omar": [omar]}, engine)
    assert [photo.source for photo in checked.accepted] == ["kai/1"]
    assert [refusal.reason for refusal in checked.refused] == ["in_two_folders"] * 2
    assert "omar" in checked.refused[0].detail


def test_a_photo_is_kept_as_the_surroundings_of_its_face(checked):
    for photo in checked.accepted:
        side = photo.cut.image.shape[0]
        assert photo.cut.image.shape == (side, side, 3)
        x, y, width, height = photo.cut.face.box
        assert abs(x + width / 2 - side / 2) < 1
        assert abs(y + height / 2 - side / 2) < 1


@pytest.mark.parametrize("content", ["missing", "empty", "flat"])
def test_a_folder_of_another_shape_is_refused_by_name(tmp_path, content):
    folder = tmp_path / "photos"
    if content != "missing":
        folder.mkdir()
    if content == "flat":
        (folder / "photo.jpg").write_bytes(b"x")
    with pytest.raises(FolderUnusable, match=str(folder)):
        list_photos(folder)
