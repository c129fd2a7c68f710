"""The memory in which upscaled blocks of all layers are kept."""

from __future__ import annotations

from napari_fsrcnn.inference.block_cache import BlockCache
from napari_fsrcnn.widgets.preferences import preferred_number

_cache = BlockCache(0)


def block_cache() -> BlockCache:
    """Give the cache of this session, as large as Preferences say now."""
    _cache.limit = preferred_number("lazy_memory") * 10**6
    return _cache
