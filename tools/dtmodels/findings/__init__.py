"""Results of a validation: problems, and facts about the model."""
