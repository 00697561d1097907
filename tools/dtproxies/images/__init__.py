"""Images: colour spaces of modules, mosaics, training images and image quality metrics."""
