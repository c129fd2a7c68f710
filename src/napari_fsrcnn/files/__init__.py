"""Pictures and stacks in and out, their metadata and pixel size kept, written atomically."""
