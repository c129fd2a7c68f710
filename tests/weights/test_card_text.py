"""Cards in words."""

from napari_fsrcnn.weights.card import Card, DatasetFigures, TrainingRecord, Validation
from napari_fsrcnn.weights.card_text import card_rows, short_card

BARE = Card(architecture="srcnn-915", hyperparameters={}, scale=4)
FULL = Card(
    architecture="fsrcnn",
    hyperparameters={"d": 56, "m": 4},
    scale=3,
    training=TrainingRecord(
        data=["T91", "mine"],
        train=["T91/t1", "mine/a"],
        validation=["T91/t2"],
        config={"teacher": "larger.safetensors"},
        step=12_000,
        seconds=660,
        versions={"torch": "2.4"},
        date="2026-01-31",
        machine="CPU (2 threads)",
    ),
    validation=Validation(pictures=1, step=11_500, psnr=31.5, bicubic_psnr=30.25),
    figures=(
        DatasetFigures(
            dataset="Set5", pictures=5, psnr=33, ssim=0.91, bicubic_psnr=30.5, bicubic_ssim=0.87
        ),
    ),
    intended_use="photographs",
    limits="not for measurement",
    weights_license="CC0",
    training_terms="for research",
)


def test_a_whole_card_tells_everything() -> None:
    rows = dict(card_rows(FULL))
    assert rows["architecture"] == "fsrcnn (d 56, m 4)"
    assert rows["trained on"] == "T91, mine (pictures: 2, and 1 for validation)"
    assert rows["training"] == "12,000 steps in 11 min on CPU (2 threads), 2026-01-31, torch 2.4"
    assert rows["taught by"] == "larger"
    assert rows["validation"].startswith("31.50 dB, bicubic 30.25 (+1.25)")
    assert rows["Set5"].startswith("33.00 dB / 0.9100, bicubic 30.50 dB / 0.8700 (+2.50 dB)")
    assert rows["limits"] == "not for measurement"
    assert (rows["licence of the weights"], rows["training pictures"]) == ("CC0", "for research")


def test_what_imported_weights_were_trained_on_is_told_as_well() -> None:
    card = FULL.model_copy(update={"origin": "a.mat"})
    assert {"origin", "training"} < dict(card_rows(card)).keys()
    assert "from a.mat, trained on T91, mine\n" in short_card(card)


def test_a_loss_that_rounds_to_nothing_has_no_minus() -> None:
    figures = FULL.figures[0].model_copy(update={"psnr": 30.499})
    validation = Validation(pictures=1, step=1, psnr=30.249, bicubic_psnr=30.25)
    card = FULL.model_copy(update={"figures": (figures,), "validation": validation})
    rows = dict(card_rows(card))
    assert "(+0.00)" in rows["validation"]
    assert "(+0.00 dB)" in rows["Set5"]
    assert "+0.00 to bicubic" in short_card(card)


def test_each_start_before_the_last_training_is_told_apart() -> None:
    last = FULL.training
    assert last is not None
    config = {"scale": 3}
    first = last.model_copy(update={"config": {}, "step": 100, "data": ["T91"]})
    second = last.model_copy(update={"config": config, "step": 2_000, "start": first})
    card = FULL.model_copy(update={"training": last.model_copy(update={"start": second})})
    rows = [(name, said) for name, said in card_rows(card) if name not in dict(card_rows(BARE))]
    assert [(name, said.partition(" in ")[0]) for name, said in rows if name != "validation"] == [
        ("training", "12,000 steps"),
        ("trained on", "T91, mine (pictures: 2, and 1 for validation)"),
        ("taught by", "larger"),
        ("before it, at x3", "2,000 steps"),
        ("before it", "100 steps"),
        ("trained on", "T91 (pictures: 2, and 1 for validation)"),
        ("Set5", "33.00 dB / 0.9100, bicubic 30.50 dB / 0.8700 (+2.50 dB); pictures: 5"),
    ]


def test_what_is_to_be_known_of_a_test_set_stands_by_its_figures() -> None:
    (set5,) = FULL.figures
    noted = FULL.model_copy(update={"figures": (set5.model_copy(update={"note": "Seen once."}),)})
    assert dict(card_rows(noted))["Set5"].endswith("(+2.50 dB); pictures: 5. Seen once.")
    assert "Set5: 33.00 dB, +2.50 to bicubic; SSIM 0.9100. Seen once." in short_card(noted)


def test_what_a_card_does_not_tell_is_said_to_be_unknown_or_left_out() -> None:
    rows = dict(card_rows(BARE))
    assert rows["architecture"] == "srcnn-915"
    assert {"training", "validation", "origin", "Set5"} & rows.keys() == set()
    assert {rows[name] for name in ("intended use", "limits", "licence of the weights")} == {
        "not stated"
    }


def test_a_short_card_has_what_decides_whether_to_use_it() -> None:
    assert short_card(FULL).splitlines() == [
        "fsrcnn x3, trained on T91, mine",
        "Set5: 33.00 dB, +2.50 to bicubic; SSIM 0.9100",
        "Meant for: photographs",
        "Limits: not for measurement",
        "Licence of the weights: CC0",
        "Training pictures: for research",
    ]


def test_without_figures_on_test_sets_the_validation_speaks() -> None:
    lines = short_card(FULL.model_copy(update={"figures": ()})).splitlines()
    assert lines[1] == "Validation: 31.50 dB, bicubic 30.25 (+1.25); pictures: 1, step: 11,500"
