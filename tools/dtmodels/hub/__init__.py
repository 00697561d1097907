"""Publish packages on the Hugging Face Hub: one repository for each model, with a card generated from ours."""

from dtmodels.hub.publish import publish_to_hub

__all__ = ["publish_to_hub"]
