"""Ids that no rule has, and why: an id in a report, a page or an acceptance must mean one thing for ever."""

from __future__ import annotations

from collections.abc import Mapping

RETIRED_IDS: Mapping[str, str] = {}
"""The reason for each id that is left out of its family or was given up, such as `"DAT099": "became DAT004 in 0.2"`."""
