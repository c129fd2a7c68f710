"""Upscaling of any array, in tiles with the network's true halo."""
