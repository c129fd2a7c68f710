"""A result that is written over a long time: gone on with, refused, discarded, finished."""

from pathlib import Path

import pytest

from napari_fsrcnn.files.unfinished import Unfinished

PLAN = {"source": "a.tif", "limits": [0, 1]}


@pytest.fixture
def place(tmp_path: Path) -> Unfinished:
    return Unfinished(tmp_path / "a.zarr")


def test_it_is_gone_on_with_by_the_same_plan(place: Unfinished) -> None:
    place.begin(PLAN)
    place.result.mkdir()
    (place.result / "chunk").write_text("1")
    place.begin(dict(PLAN))
    assert (place.result / "chunk").read_text() == "1"


def test_another_plan_is_refused(place: Unfinished) -> None:
    place.begin(PLAN)
    with pytest.raises(FileExistsError, match=r"a\.zarr\.partial holds .* delete it, or choose"):
        place.begin({**PLAN, "limits": [0, 2]})
    assert place.folder.is_dir()


def test_a_folder_of_the_users_is_left_alone(place: Unfinished) -> None:
    place.folder.mkdir()
    (place.folder / "notes.txt").touch()
    with pytest.raises(FileExistsError, match="in the way"):
        place.begin(PLAN)
    place.discard()
    assert (place.folder / "notes.txt").exists()


def test_it_needs_a_folder_to_lie_in(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere does not exist"):
        Unfinished(tmp_path / "nowhere" / "a.zarr").begin(PLAN)


def test_discarded_it_is_gone(place: Unfinished) -> None:
    place.begin(PLAN)
    place.discard()
    assert not place.folder.exists()


def test_finished_it_has_its_name_and_no_leftovers(place: Unfinished) -> None:
    place.begin(PLAN)
    (place.result / "0").mkdir(parents=True)
    (place.result / "0" / "1").write_text("whole")
    (place.result / "0" / "2.1234.partial").write_text("hal")
    place.finish()
    assert [path.name for path in place.target.parent.iterdir()] == ["a.zarr"]
    assert [path.name for path in (place.target / "0").iterdir()] == ["1"]
