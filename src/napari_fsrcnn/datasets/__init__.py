"""BSD-100, folders and arrays as pairs of HR and LR pictures, and patches on the device."""
