"""Color at the cut: a take is matched to the neighbour that shows the same scene, and left alone beside any other.

`match` decides and computes, `keep` writes what a colorist can undo (`cube`, `cdl`), `spaces` goes between log footage
and display color. What it measures by is in `difference` and `likeness`; docs/color.md explains all of it.

    pairs = [Pair(take=first_frame, neighbour=frame_before)]
    match = match_color(pairs, strength=1.0, made_from_neighbour=True)
    dict(kept_files(match, pairs=pairs, name="HARBOR7K2Q_SH0010_t01"))
"""
