"""The buttons of Pickup in DaVinci Resolve: sends the open timeline, brings back what was filled.

It finds no holes and makes no footage; that is Pickup's work, on the other side of the watched folder. It needs nothing
but Python 3.6 and the `resolve` object, and it changes nothing in timelines that are there already.

    send.run(resolve, beside=scripts)         Outcome(good=True, lines=("Sent Reel_1.otio ...", ...))
    receive.run(resolve, beside=scripts)      Outcome(good=True, lines=("Reel_1_v001 is here ...", ...))
"""
