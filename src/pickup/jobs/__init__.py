"""Paid or slow work that survives a crash: the ledger, the one function that moves a job, and the runner.

It knows no provider, no media and no library; those come in through `pickup.ports`. Nothing is imported here, so that
SQLAlchemy is loaded only by who opens the ledger.

    with open_ledger(state_folder) as ledger:
        result = run(requests, bench=Bench(library=library_id, ledger=ledger, store=store, conform=conform))
"""
