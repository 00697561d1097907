"""Colour, colour spaces, PSNR and contact sheets, in NumPy alone."""
