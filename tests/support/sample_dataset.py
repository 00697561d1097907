"""A dataset without any compromise, for tests that change one fact of it."""

from dtmodels.card.model import Dataset

OPEN_DATASET = Dataset(
    name="Toy Scenes",
    url="https://toy-scenes.net/",
    role="train",
    license="CC-BY-4.0",
    access="public",
    collection="photographed",
    personal_data="none",
    consent="not-needed",
    provenance="400 scenes photographed by the authors",
)
