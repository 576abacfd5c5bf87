"""Help for tests of Pickup and of what plugs into it: media with known content and the suites that plug-ins must pass.

Nothing that ships to editors imports it.
"""
