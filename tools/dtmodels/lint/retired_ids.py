"""Retired rule ids. An id is never reused, because reports, pages and acceptances refer to it."""

from __future__ import annotations

from collections.abc import Mapping

RETIRED_IDS: Mapping[str, str] = {}
"""Reason for each skipped or retired id, such as `"DAT099": "became DAT004 in 0.2"`."""
