"""What napari shows: the only floor that knows napari, Qt or magicgui."""
