"""Publish packages on the Hugging Face Hub: a repository a model, its card made from ours."""

from dtmodels.hub.publish import publish_to_hub

__all__ = ["publish_to_hub"]
