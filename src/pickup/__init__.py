"""Pickup finds the holes in an exported timeline and brings the timeline back filled.

The pipeline, one module or package a step: `timelines` reads an export into a `cut`, `holes` finds what is
missing, `briefs` reads what each hole should show, `shots` and `plan` say what to make and at what price,
`providers` make it, `media` conforms it, `library` keeps it, `timelines` writes the new cut, and `fill`
joins them. `pickup.cli` is the command line.
"""
