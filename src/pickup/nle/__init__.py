"""Putting the NLE-side adapters where DaVinci Resolve and Premiere find them, and taking them away again.

What is to be written is a plan first, so that it can be shown; only then are files written. It changes nothing that it
did not put there: what was installed is recorded with its hashes, and a file that differs from them is left alone.

    plan = plan_install(plugin, folder=folder, files=files, own=own, version="0.1.0", force=False)
    carry_out(plan)
"""
