"""What lies on disk: the checkpoint format, the shipped models, import from peers."""
