"""Pictures as numpy arrays: value ranges, colour, resize, metrics."""
