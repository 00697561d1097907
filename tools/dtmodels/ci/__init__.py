"""Decisions of the workflows: models affected by a change, verdict over all jobs, and pages for reviewers."""
