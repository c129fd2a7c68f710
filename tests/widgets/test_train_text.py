"""What is said about a run, in all its ends."""

from pathlib import Path

import pytest

from napari_fsrcnn.networks.registry import get_architecture
from napari_fsrcnn.training.events import Finished, Reason, Stepped
from napari_fsrcnn.weights.card import Card
from napari_fsrcnn.weights.model import Model
from napari_fsrcnn.widgets.train_text import link, progress_text, summary_text

RUN = Path("/data/runs/fsrcnn-x2-now")


@pytest.fixture(scope="module")
def model() -> Model:
    network = get_architecture("fsrcnn-s").build(2)
    card = Card(architecture="fsrcnn-s", hyperparameters=dict(network.hyperparameters), scale=2)
    return Model("mine", network, card)


def test_a_whole_run(model: Model) -> None:
    text = summary_text(Finished(2000, "done", 31.504, 30.25, model), 10, RUN, 61)
    assert text == (
        "2,000 steps done in 1 min 1 s: 31.50 dB on 10 validation pictures, 1.25 dB above "
        "bicubic (30.25 dB). "
        f"Saved in {link(RUN)}."
    )


def test_a_stopped_run_that_is_not_yet_good(model: Model) -> None:
    text = summary_text(Finished(1, "stopped", 29.0, 30.25, model), 1, RUN, 61)
    assert (
        "Stopped after 1 step, 1 min 1 s: 29.00 dB on 1 validation picture, 1.25 dB below bicubic"
        in text
    )


def test_a_loss_that_rounds_to_nothing_is_not_below(model: Model) -> None:
    text = summary_text(Finished(1, "stopped", 30.249, 30.25, model), 1, RUN, 61)
    assert "0.00 dB above bicubic" in text


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("no-improvement", "PSNR rose no more, so this ended after 400 steps"),
        ("diverged", "The loss exploded after 400 steps"),
    ],
)
def test_why_it_ended(model: Model, reason: Reason, why: str) -> None:
    text = summary_text(Finished(400, reason, 31.5, 30.25, model), 10, RUN, 61)
    assert text.startswith(why)
    assert "31.50 dB" in text
    assert ("lower learning rate" in text) == (reason == "diverged")


def test_a_run_that_was_never_validated(model: Model) -> None:
    text = summary_text(Finished(5, "stopped", None, 30.25, model), 1, RUN, 61)
    assert "Stopped after 5 steps, 1 min 1 s: not validated yet" in text
    assert "dB" not in text
    assert link(RUN) in text


def test_a_run_without_a_step_claims_nothing() -> None:
    text = summary_text(Finished(0, "stopped", None, 30.25, None), 1, RUN, 61)
    assert RUN.name not in text
    assert "nothing" in text


def test_a_run_that_diverged_before_it_was_validated_has_no_model() -> None:
    text = summary_text(Finished(3, "diverged", None, 30.25, None), 1, RUN, 61)
    assert text.startswith("The loss exploded before any step was validated: there is no model.")
    assert "lower learning rate" in text
    assert RUN.name not in text


@pytest.mark.parametrize(("rate", "said"), [(0.52, "0.5 steps/s"), (61.3, "61 steps/s")])
def test_the_rate_has_two_digits(rate: float, said: str) -> None:
    text = progress_text(Stepped(7, 0.1, rate), 100, "CPU (1 thread)", 250.0)
    assert said in text
    assert "7 of 100" in text
    assert "4 min 10 s left" in text
    assert "loss 0.1" in text
    assert "CPU (1 thread)" in text


def test_a_link_survives_odd_names() -> None:
    assert link(Path('/a "b"/<c>&d')).endswith(">&lt;c&gt;&amp;d</a>")
    assert '"b"' not in link(Path('/a "b"/<c>&d'))
