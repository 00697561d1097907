"""The Hugging Face Hub's pipeline tags of darktable's tasks, where the two are the same."""

PIPELINES = {"depth": "depth-estimation", "mask": "mask-generation"}
