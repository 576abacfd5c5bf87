"""Renders timelines with programs that were not written here, and compares what they show."""
