"""Whatever a file holds, reading it as a checkpoint gives a model or one sentence."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_fsrcnn.weights.checkpoint import (
    CARD_KEY,
    read_card,
    read_checkpoint,
    save_checkpoint,
)
from napari_fsrcnn.weights.model import Model

CARD = {"architecture": "fsrcnn", "hyperparameters": {"d": 3, "s": 2, "m": 1}, "scale": 2}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damaged")


@pytest.fixture(scope="module")
def sound(folder: Path, make_model: Callable[..., Model]) -> bytes:
    save_checkpoint(folder / "sound.safetensors", make_model())
    return (folder / "sound.safetensors").read_bytes()


def refusal(path: Path, content: bytes) -> str | None:
    """Read a file both ways; give the sentence that it is refused with, if it is."""
    path.write_bytes(content)
    try:
        read_card(path)
    except ValueError as error:
        with pytest.raises(ValueError, match=r"."):
            read_checkpoint(path)
        return str(error)
    try:
        read_checkpoint(path)
    except ValueError as error:
        return str(error)
    return None


def check_sentence(sentence: str | None) -> None:
    if sentence is not None:
        assert "damaged.safetensors" in sentence
        assert "\n" not in sentence
        assert sentence.endswith(".")


@settings(max_examples=150)
@given(
    data=st.data(),
    bytes_of_header=st.lists(st.tuples(st.integers(0, 900), st.integers(0, 255)), max_size=3),
    bytes_of_weights=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=2),
)
def test_changed_bytes(
    folder: Path,
    sound: bytes,
    data: st.DataObject,
    bytes_of_header: list[tuple[int, int]],
    bytes_of_weights: list[tuple[int, int]],
) -> None:
    content = bytearray(sound)
    for position, value in (*bytes_of_header, *bytes_of_weights):
        content[position % len(content)] = value
    end = data.draw(st.just(len(content)) | st.integers(0, len(content)))
    check_sentence(refusal(folder / "damaged.safetensors", bytes(content[:end])))


@settings(max_examples=60)
@given(
    card=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from([*CARD, "training", "d", "x"]), inner, max_size=3)
        ),
    )
)
def test_a_header_that_says_anything(folder: Path, card: Any) -> None:
    for metadata in (card, {CARD_KEY: card}, {CARD_KEY: json.dumps(card)}):
        header = json.dumps({"__metadata__": metadata}).encode()
        content = len(header).to_bytes(8, "little") + header
        sentence = refusal(folder / "damaged.safetensors", content)
        assert sentence is not None
        check_sentence(sentence)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "not a checkpoint of napari-fsrcnn, or it is damaged"),
        (b"\x00" * 8, "not a checkpoint"),
        (b"\xff" * 8 + b"{}", "not a checkpoint"),
        ((2**40).to_bytes(8, "little") + b"{}", "not a checkpoint"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "not a checkpoint"),
        ((2).to_bytes(8, "little") + b"{}", "not a checkpoint"),
        ((2).to_bytes(8, "little") + b"[]", "not a checkpoint"),
        ((10**5).to_bytes(8, "little") + b"[" * 10**5, "not a checkpoint"),
        (safetensors.torch.save({"a": torch.ones(2)}), "not a checkpoint"),
        (safetensors.torch.save({"a": torch.ones(2)}, {"format": "pt"}), "not a checkpoint"),
    ],
    ids=["empty", "zeros", "huge", "larger than the file", "png", "{}", "[]", "deep", "a", "b"],
)
def test_foreign_files(folder: Path, content: bytes, sentence: str) -> None:
    found = refusal(folder / "damaged.safetensors", content)
    assert found is not None
    assert sentence in found
    check_sentence(found)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"format": 2}, "in its header, format: "),
        ({"scale": 1}, "in its header, scale: "),
        ({"scale": None}, "in its header, scale: "),
        ({"surprise": 1}, "in its header, surprise: "),
        ({"architecture": "edsr"}, "can't be used: There is no architecture 'edsr'"),
        ({"hyperparameters": {"d": 4, "s": 2, "m": 1}}, "weights do not fit the architecture"),
        ({"hyperparameters": {"d": 3, "s": 2, "m": 1, "scale": 2}}, "can't be built with"),
        ({"hyperparameters": {"self": 1}}, "can't be built with"),
        ({"hyperparameters": {"d": -3}}, "d and s must be at least 1"),
        ({"hyperparameters": {"d": "3"}}, "can't be built with"),
        ({"hyperparameters": {"d": 2**62}}, "can't be built with"),
        ({"hyperparameters": {"prelu": "no"}}, "prelu must be channel or layer"),
    ],
)
def test_a_sound_file_whose_card_does_not_fit(
    folder: Path, sound: bytes, change: dict[str, object], sentence: str
) -> None:
    content = safetensors.torch.save(
        safetensors.torch.load(sound), {CARD_KEY: json.dumps(CARD | change)}
    )
    found = refusal(folder / "damaged.safetensors", content)
    assert found is not None
    assert sentence in found
    check_sentence(found)
    assert (
        refusal(
            folder / "damaged.safetensors",
            safetensors.torch.save(safetensors.torch.load(sound), {CARD_KEY: json.dumps(CARD)}),
        )
        is None
    )
