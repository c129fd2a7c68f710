"""What napari is told that there is."""

import subprocess
import sys

import pytest
from npe2 import PluginManifest


@pytest.fixture
def manifest() -> PluginManifest:
    return PluginManifest.from_distribution("napari-fsrcnn")


def test_every_command_can_be_imported(manifest: PluginManifest) -> None:
    manifest.validate_imports()


def test_the_sample_without_a_download_comes_first(manifest: PluginManifest) -> None:
    first, *others = manifest.contributions.sample_data or []
    assert first.display_name == "Resolution chart (no download)"
    assert all(sample.display_name.startswith("BSD-100") for sample in others)


def test_where_things_are_found(manifest: PluginManifest) -> None:
    assert [widget.display_name for widget in manifest.contributions.widgets or []] == [
        "Upscale",
        "Train",
        "Evaluate",
    ]
    menus = {
        menu: [item.command for item in items]
        for menu, items in manifest.contributions.menus.items()
    }
    prefix = "napari-fsrcnn."
    assert menus["napari/layers/filter"] == [f"{prefix}super_resolution_x{k}" for k in (2, 3, 4)]
    assert menus["napari/layers/measure"] == [f"{prefix}psnr_ssim"]


OPEN_ALL = """
import sys
import napari

viewer = napari.Viewer(show=False)
for name in ("Upscale", "Train", "Evaluate"):
    _, widget = viewer.window.add_plugin_dock_widget("napari-fsrcnn", name)
    print(type(widget).__name__, {"torch", "scipy.stats"} & sys.modules.keys())
viewer.close()
"""


@pytest.mark.viewer
def test_opened_from_the_menu_no_widget_loads_what_it_does_not_need_yet() -> None:
    run = subprocess.run(
        [sys.executable, "-c", OPEN_ALL], capture_output=True, text=True, check=True, timeout=200
    )
    assert run.stdout.splitlines() == [
        "UpscaleWidget set()",
        "TrainWidget set()",
        "EvaluateWidget set()",
    ]
