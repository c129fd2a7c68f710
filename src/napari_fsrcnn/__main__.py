"""``python -m napari_fsrcnn``: the command line, where its script is not on the path."""

from napari_fsrcnn.cli.main import main

if __name__ == "__main__":
    main()
