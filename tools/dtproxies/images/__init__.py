"""Images: files, colour spaces of modules, mosaics, training images, and how far two images are apart."""
