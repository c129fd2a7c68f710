"""What the manifest contributes is where a user finds it; `npe2 validate` checks all else."""

import pytest
from napari._app_model.constants import MenuId
from npe2 import PluginManifest
from npe2.manifest.contributions import ContributionPoints

from napari_fsrcnn.weights.shipped import list_models


@pytest.fixture(scope="module")
def contributions() -> ContributionPoints:
    return PluginManifest.from_distribution("napari-fsrcnn").contributions


def test_the_menus_are_napari_s_or_our_own_submenus(contributions: ContributionPoints) -> None:
    menus = set(contributions.menus)
    known = set(MenuId.contributables()) | {submenu.id for submenu in contributions.submenus or ()}
    assert menus
    assert menus <= known


def test_every_command_is_reached_from_somewhere(contributions: ContributionPoints) -> None:
    in_menus = {
        item.command
        for items in contributions.menus.values()
        for item in items
        if hasattr(item, "command")
    }
    elsewhere = {
        contribution.command
        for kind in ("readers", "writers", "widgets", "sample_data")
        for contribution in getattr(contributions, kind) or ()
        if hasattr(contribution, "command")
    }
    commands = {command.id for command in contributions.commands or ()}
    assert commands
    assert commands == in_menus | elsewhere


def test_the_preferences_offer_the_shipped_models_and_no_others(
    contributions: ContributionPoints,
) -> None:
    model = contributions.configurations["defaults"].properties["model"]
    assert model.enum == list_models()
    assert model.default in list_models()
