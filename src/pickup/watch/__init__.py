"""The watched folder: what is exported into it comes back filled, unattended.

Notices from the system are hints, looks at the folder are the truth. One thread for each folder owns everything that
is known of it; what takes long runs beside it and reports back. How a timeline is filled is not known here.

    names        which files may be exports
    looking      what lies in the folder, and whether it is there at all
    hints        what the system notices
    arrivals     whether a file is whole (no disk, no clock of its own)
    files        how each file stands, and how that is told
    journal      what was done with which content, across restarts
    outputs      what Pickup wrote itself, so that it is not taken for an export
    work         one file: from settings to a version
    purse        the day's money, shared by everything in work
    notes        why a file cannot be used, beside it
    deliver      copies of a version where each NLE looks
    status       how everything stands, for programs; `page` for a person
    folder       one watched folder, all of that put together
    run          every folder, until it is stopped
    service      starting with the computer
"""
