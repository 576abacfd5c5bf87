"""One module for each timeline format as one program writes it; see `pickup.timelines.dialect` for what each has."""
