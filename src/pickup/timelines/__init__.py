"""Timelines on disk: reading them into a cut, writing takes into a copy, and proving that nothing else moved.

OTIO objects live in here and nowhere else. `survey` and `deliver` run in child processes with limits.
"""
