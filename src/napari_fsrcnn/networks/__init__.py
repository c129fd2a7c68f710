"""SRCNN and FSRCNN as torch modules, the registry of architectures, the device to run on."""
