"""Image files that users bring, read as linear Rec709 whatever their format, bit depth, channels and colour profile."""
