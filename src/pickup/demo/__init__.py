"""The demo film and the sample timelines: pictures, cuts and what is missing in them, all made by code."""
