"""The watched folder: what is exported into it comes back filled, unattended.

Notices from the system are hints, looks at the folder are the truth. One thread for each folder owns everything that
is known of it; what takes long runs beside it and reports back. How a timeline is filled is not known here.

    names        which files may be exports
    looking      what lies in the folder, and whether it is there at all
    hints        what the system notices
    arrivals     whether a file is whole (no disk, no clock of its own)
    files        what is known of a file, how it stands, and how that is told
    register     every file, and what is to be done with each (no disk)
    again        when a file that rests is worked on once more (no disk)
    journal      what was done with which content, across restarts
    outputs      what Pickup wrote itself, so that it is not taken for an export
    refusals     links that may not be followed
    work         one file: from settings to a version
    workers      the threads in which files are hashed and filled
    dispatch     between the register and the workers
    handed_in    what people put into the folders of manual jobs
    purse        the day's money, shared by everything in work
    deliver      copies of a version where each NLE looks
    log          what was done, for a person
    notes        why a file cannot be used, beside it
    status       how everything stands, for programs; `page` for a person
    telling      all that a watcher tells, put together
    settings     of the folder, and of each file in it
    claim        one watcher for each folder and library
    folder       one watched folder, all of that put together
    run          every folder, until it is stopped
    service      starting with the computer
"""
