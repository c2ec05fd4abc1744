"""Thresholds from pairs: people apart, rates as they are counted, and the same again with the same seed."""

import csv
import json
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from training.__main__ import main
from training.pairs.embedded import PairVectors
from training.pairs.operating_point import operating_point, overlap, threshold_at
from training.pairs.pair_list import Pair, PairsUnusable, draw_pairs, halves, read_pairs
from training.pairs.siamese import SiameseHead, area, best_strength


@pytest.fixture
def random():
    return np.random.default_rng(7)


@pytest.fixture
def photo_folders(tmp_path):
    """Eight people with five empty files each: enough for lists, not for networks."""
    for person in "abcdefgh":
        (tmp_path / person).mkdir()
        for number in range(5):
            (tmp_path / person / f"{number}.jpg").touch()
    return tmp_path


class TestPairs:
    def test_drawn_pairs_are_what_they_say(self, photo_folders):
        pairs = draw_pairs(photo_folders, 40, seed=3)
        assert pairs == draw_pairs(photo_folders, 40, seed=3)
        assert pairs != draw_pairs(photo_folders, 40, seed=4)
        assert sum(pair.same for pair in pairs) == 40
        assert len(set(pairs)) == len(pairs) > 80
        assert all((len(set(pair.people)) == 1) is pair.same for pair in pairs)
        assert all(pair.first != pair.second for pair in pairs)

    def test_halves_share_nobody(self, photo_folders):
        pairs = draw_pairs(photo_folders, 60, seed=0)
        one, other = halves(pairs, seed=0)
        assert one
        assert other
        people = [{person for pair in half for person in pair.people} for half in (one, other)]
        assert people[0] & people[1] == set()
        assert len(one) + len(other) < len(pairs)

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            ("a,b\n", "columns"),
            ("first,second,same\na/0.jpg,b/0.jpg,maybe\n", "line 2: same is 1 or 0"),
            ("first,second,same\na/0.jpg,b/0.jpg,0\na/0.jpg,z/0.jpg,0\n", "line 3: there is no picture"),
            ("first,second,same\na/0.jpg,b/0.jpg,1\n", "line 2: one person in two folders"),
        ],
    )
    def test_a_list_that_is_wrong(self, photo_folders, content, said):
        (photo_folders / "pairs.csv").write_text(content)
        with pytest.raises(PairsUnusable, match=said):
            read_pairs(photo_folders / "pairs.csv", photo_folders)

    def test_too_few_people(self, tmp_path):
        with pytest.raises(PairsUnusable, match="four people"):
            draw_pairs(tmp_path, 10, seed=0)


class TestOperatingPoint:
    @pytest.mark.parametrize("far", [0.5, 0.1, 0.01, 0.001])
    def test_no_more_pass_than_are_wanted(self, random, far):
        different = random.normal(0.9, 0.1, 500)
        passing = (different <= threshold_at(different, far)).sum()
        assert passing == int(far * 500)

    def test_the_interval_holds_the_threshold_and_the_seed_holds_the_interval(self, random):
        own = random.normal(0.4, 0.1, 400), random.normal(0.9, 0.1, 4000)
        unseen = random.normal(0.4, 0.1, 400), random.normal(0.9, 0.1, 4000)
        point = operating_point(own, unseen, 0.01, seed=5)
        assert point == operating_point(own, unseen, 0.01, seed=5)
        low, high = point.interval_95
        assert low < point.threshold < high
        assert 0.9 - 2.6 * 0.1 < point.threshold < 0.9 - 2.1 * 0.1
        assert point.far.rate == pytest.approx(0.01, abs=0.006)
        assert point.frr.rate < 0.02

    def test_the_zone_where_both_occur(self):
        zone = overlap(np.array([0.1, 0.2, 0.6]), np.array([0.5, 0.7, 0.9]))
        assert (zone.nearest_two, zone.farthest_one) == (0.5, 0.6)
        assert (zone.pairs.count, zone.pairs.total) == (2, 6)


class TestSiamese:
    def pairs_of(self, random, count, telling):
        """Embeddings of 32 numbers, of which only the first ones tell people apart."""
        people = random.normal(size=(count, 32))
        same = np.arange(count) % 2 == 0
        other = np.where(same[:, None], people, random.normal(size=(count, 32)))
        noise = np.full(32, 2.0)
        noise[:telling] = 0.1
        a, b = (one + random.normal(size=(count, 32)) * noise for one in (people, other))
        return PairVectors(a, b, same, 0)

    def test_it_learns_which_numbers_tell(self, random):
        fitting, choosing, unseen = (self.pairs_of(random, 600, telling=4) for _ in range(3))
        head = SiameseHead.fit(fitting, best_strength(fitting, choosing))
        plain = np.linalg.norm(unseen.a - unseen.b, axis=1)
        assert area(head.distance(unseen.a, unseen.b), unseen.same) > area(plain, unseen.same) + 0.05


def test_the_commands_on_people_who_do_not_exist(demo_people, weights_dir, tmp_path, capsys):
    """End to end on few pairs: figures, the drawing, and the same figures from a written list."""
    for person in sorted(demo_people.iterdir()):
        for photo in sorted(person.glob("enrol/*.jpg"))[:4] if person.is_dir() else ():
            (tmp_path / "photos" / person.name).mkdir(parents=True, exist_ok=True)
            (tmp_path / "photos" / person.name / photo.name).symlink_to(photo)
    photos, out = tmp_path / "photos", tmp_path / "out"
    listed = tmp_path / "pairs.csv"
    with listed.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["first", "second", "same"])
        writer.writerows([p.first, p.second, int(p.same)] for p in draw_pairs(photos, 120, seed=0))
    options = ["--images", str(photos), "--model", "sface", "--far", "0.05", "--weights", str(weights_dir)]
    assert main(["thresholds", "--pairs", str(listed), *options, "--out", str(out)]) == 0
    figures = json.loads((out / "sface-cosine.json").read_text())
    assert figures["chosen"]["far"]["rate"] < 0.3
    assert figures["chosen"]["frr"]["rate"] < 0.2
    assert {"built_in", "published", "overlap"} <= figures.keys()
    drawing = ET.parse(out / "sface-cosine.svg").getroot()
    assert drawing.tag.endswith("svg")
    assert len(drawing.findall("{*}path")) == 4
    assert main(["siamese", "--draw", "120", *options, "--out", str(out)]) == 0
    figures = json.loads((out / "sface-siamese.json").read_text())
    assert figures["better"] in {"plain", "head"}
    assert "better on held-out people" in capsys.readouterr().out


def test_few_pairs_are_refused_in_one_sentence(photo_folders, weights_dir, tmp_path, capsys):
    arguments = ["--images", str(photo_folders / "absent"), "--out", str(tmp_path)]
    assert main(["thresholds", *arguments]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_pair_knows_its_people():
    assert Pair("kim/1.jpg", "lee/2.jpg", same=False).people == ("kim", "lee")
