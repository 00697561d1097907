"""Results of a check: problems, and facts about what was checked."""
