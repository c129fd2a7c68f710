"""A result that is written over a long time: gone on with, refused, discarded, finished."""

import os
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


@pytest.mark.parametrize("content", [b"", b"[1]", b"\xff"])
def test_a_plan_that_cannot_be_read_is_another(place: Unfinished, content: bytes) -> None:
    place.folder.mkdir()
    (place.folder / "plan.json").write_bytes(content)
    with pytest.raises(FileExistsError, match=r"a\.zarr\.partial holds .* delete it, or choose"):
        place.begin(PLAN)


def test_a_folder_of_the_users_is_left_alone(place: Unfinished) -> None:
    place.folder.mkdir()
    (place.folder / "notes.txt").touch()
    with pytest.raises(FileExistsError, match="in the way"):
        place.begin(PLAN)
    place.discard()
    assert (place.folder / "notes.txt").exists()


def test_a_file_of_its_name_is_left_alone(place: Unfinished) -> None:
    place.folder.write_text("mine")
    with pytest.raises(FileExistsError, match="in the way"):
        place.begin(PLAN)
    assert place.folder.read_text() == "mine"


def test_what_a_kill_left_before_there_was_a_plan_is_not_in_the_way(place: Unfinished) -> None:
    place.folder.mkdir()
    (place.folder / ".napari-fsrcnn-0123456789abcdef.json").write_text('{"sour')
    place.begin(PLAN)
    assert place.plan == PLAN
    assert [path.name for path in place.folder.iterdir()] == ["plan.json"]


def test_what_another_process_is_about_to_begin_is_left_alone(
    place: Unfinished, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = place.folder / ".napari-fsrcnn-0123456789abcdef.json"
    mkdir = Path.mkdir

    def a_moment_after_another(folder: Path, **how: bool) -> None:
        mkdir(folder)
        left.touch()
        mkdir(folder, **how)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "mkdir", a_moment_after_another)
        with pytest.raises(FileExistsError, match="in the way"):
            place.begin(PLAN)
    assert list(place.folder.iterdir()) == [left]


def test_it_needs_a_folder_to_lie_in(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere does not exist"):
        Unfinished(tmp_path / "nowhere" / "a.zarr").begin(PLAN)


def test_discarded_it_is_gone(place: Unfinished) -> None:
    place.begin(PLAN)
    place.discard()
    assert not place.folder.exists()


@pytest.mark.parametrize("content", ["a.safetensors", "result/0", "plan.json"])
def test_another_process_may_discard_it_as_well(
    place: Unfinished, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    place.begin(PLAN)
    (place.folder / content).parent.mkdir(exist_ok=True)
    (place.folder / content).touch()
    is_dir = Path.is_dir

    def a_moment_before_another(path: Path) -> bool:
        monkeypatch.setattr(Path, "is_dir", is_dir)
        answer = path.is_dir()
        Unfinished(place.target).discard()
        return answer

    monkeypatch.setattr(Path, "is_dir", a_moment_before_another)
    place.discard()
    assert not place.folder.exists()


def test_killed_while_it_is_discarded_it_can_be_discarded_again(
    place: Unfinished, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.begin(PLAN)
    for name in ("a.safetensors", "z.safetensors", "result/0"):
        (place.folder / name).parent.mkdir(exist_ok=True)
        (place.folder / name).touch()
    unlink = os.unlink
    removed: list[str] = []

    def killed_at_the_last(path: str, **how: int) -> None:
        if len(removed) == 3:
            raise KeyboardInterrupt
        unlink(path, **how)
        removed.append(path)

    with monkeypatch.context() as patched:
        patched.setattr(os, "unlink", killed_at_the_last)
        with pytest.raises(KeyboardInterrupt):
            place.discard()
    assert place.plan == PLAN
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
