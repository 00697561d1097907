"""Colour, colour spaces, PSNR and contact sheets, computed with NumPy only."""
