"""The main job: holes to takes to a new timeline. One of the two places where the core and the effects meet.

`prepare.prepare` reads and plans and changes nothing. `run.fill` plans again while it holds the cut, asks, makes what
is missing, and delivers a version that was read back and compared. Nothing is imported here, so that a command that
only reads loads neither the ledger's database nor FFmpeg.

    result = fill(timeline, config=config, state_folder=state, options=FillOptions(), hearing=Hearing())
    result.version, result.filled
"""
