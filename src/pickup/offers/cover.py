"""The cheapest clips that cover a hole, of a model that makes certain lengths only.

One clip where one is long enough, the cheapest first and of equals the shortest. A longer hole is covered by several,
each begun on the last frame of the one before; that frame is there twice, so each after the first serves one less.
A take that is made from both neighbours is never trimmed at its tail: it fits to the frame, or is played a little
faster or slower where that was asked for, or is made from the frame before alone. How reference pictures and the
neighbours' frames go together `references` says.

    quote_cover(offer, wish).clips
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from pickup.errors import ProviderRefused, counted
from pickup.offers.chains import MOST_CLIPS, Chain, Want, alike, best_chain, prices_of
from pickup.offers.model import Clip, Conditioning, Mode, Offer, Quote, Wish
from pickup.offers.rates import RatePolicy, are_near, are_neighbours, frames_lasting, frames_needed, frames_served
from pickup.offers.references import quote_with_references
from pickup.offers.sizes import Setting, settings_for
from pickup.timing import FrameRate

LONGEST_RETIME = Fraction(1, 10)
"""Share by which a clip is played faster or slower at most."""


def quote_cover(offer: Offer, wish: Wish) -> Quote:
    """What one take would be: modes are tried from the best conditioned one down, sizes from the best fitting one.

    Raises:
        ProviderRefused: Nothing that the model makes covers the wish.
        PriceUnknown: Something does, and nobody knows what it costs.
    """
    if wish.cover_frames < 1:
        raise ProviderRefused("there is no frame to make", next_step="give the hole a length of at least one frame")
    return quote_with_references(offer, wish, cover=_quote_cover) if wish.references else _quote_cover(offer, wish)


def _quote_cover(offer: Offer, wish: Wish) -> Quote:
    before = wish.before and wish.conditioning is not Conditioning.NONE
    after = before and wish.after and wish.conditioning is not Conditioning.FIRST
    concerns: list[tuple[str, str]] = []
    if after:
        if quote := _ends_on_the_shot_after(offer, wish):
            return quote
        concerns.append(("LAST_FRAME_NOT_USED", _why_not_both(offer, wish)))
    tried = (Mode.FIRST, Mode.TEXT) if before else (Mode.TEXT,)
    for mode in tried:
        if quote := _begins(offer, wish, mode=mode, concerns=tuple(concerns)):
            return quote
        if mode is Mode.FIRST:
            concerns = [("NEIGHBOURS_NOT_USED", f"{offer.model} takes no frame, so the take is not matched to the cut")]
    modes = _modes(offer, wish)
    if not modes and offer.references:
        raise ProviderRefused(
            f"{offer.model} makes clips from reference pictures alone, and there are none to send",
            next_step="name a set of [characters.*] in the brief, or choose another model",
        )
    if modes and modes.isdisjoint(tried):
        raise _needs_frames(offer, wish, before=before)
    raise _nothing_covers(offer, wish)


def _ends_on_the_shot_after(offer: Offer, wish: Wish) -> Quote | None:
    """A take from both frames, which fits to the frame or within the retime that was asked for."""
    retime = LONGEST_RETIME if wish.conditioning is Conditioning.BOTH else min(wish.retime, LONGEST_RETIME)
    for setting in settings_for(offer, wish, mode=Mode.FIRST_LAST):
        if len(setting.rates) > 1:
            continue  # what is to fit to the frame needs a rate that is known
        exact = _wants_to_the_frame(wish, made_at=setting.rate)
        near = [_nearly(exact[0], retime=retime)] if retime else []
        for wants in (exact, near):
            chains = [
                best_chain(offer, wish, setting, want=want, first=Mode.FIRST, last=Mode.FIRST_LAST) for want in wants
            ]
            found = zip(chains, wants, strict=True)
            known = [(chain, want) for chain, want in found if chain is not None]
            if known:
                chain, want = min(known, key=lambda each: each[0].rank(each[1].needed)[:3])
                return _quote(offer, wish, setting, chain, first=Mode.FIRST, last=Mode.FIRST_LAST, want=want)
    return None


def _wants_to_the_frame(wish: Wish, *, made_at: FrameRate) -> list[Want]:
    """What fits to the frame: by time, and re-rated where that is usual. Of equals the first is taken."""
    policies = [wish.rate_policy]
    if wish.rate_policy is RatePolicy.AUTO:
        is_rerated = are_neighbours(made_at, wish.rate)
        policies = [RatePolicy.RERATE] if is_rerated else [RatePolicy.NEAREST, *_near_policies(made_at, wish.rate)]
    wants = []
    for policy in policies:
        needed = _needed(wish.cover_frames, made_at=made_at, wish=wish, policy=policy)
        lasting = _lasting(wish, made_at=made_at, policy=policy)
        wants.append(Want(needed=needed, low=needed, high=lasting, policy=policy))
    return wants


def _nearly(exact: Want, *, retime: Fraction) -> Want:
    """What is played a little faster or slower to fit to the frame."""
    return replace(exact, low=math.ceil(exact.needed * (1 - retime)), high=math.floor(exact.needed * (1 + retime)))


def _near_policies(made_at: FrameRate, shown_at: FrameRate) -> list[RatePolicy]:
    return [RatePolicy.RERATE] if are_near(made_at, shown_at) else []


def _needed(frames: int, *, made_at: FrameRate, wish: Wish, policy: RatePolicy | None = None) -> int:
    return frames_needed(
        frames,
        made_at=made_at,
        shown_at=wish.rate,
        policy=policy or wish.rate_policy,
        placeholder_speed=wish.placeholder_speed,
    )


def _lasting(wish: Wish, *, made_at: FrameRate, policy: RatePolicy) -> int:
    """Most frames of a clip that last no longer than the cover; at the end of a ramp its average speed says nothing."""
    if wish.placeholder_ramp is not None:
        return _needed(wish.cover_frames, made_at=made_at, wish=wish, policy=policy)
    return frames_lasting(
        wish.cover_frames,
        made_at=made_at,
        shown_at=wish.rate,
        policy=policy,
        placeholder_speed=wish.placeholder_speed,
    )


def _begins(offer: Offer, wish: Wish, *, mode: Mode, concerns: tuple[tuple[str, str], ...]) -> Quote | None:
    """A take whose tail is trimmed: it begins on the frame before, or on nothing."""
    sides = _free_sides(mode)
    wanted = _wanted(wish, mode=mode)
    for setting in settings_for(offer, wish, mode=mode):
        needed = max(_needed_at_any(wanted, setting, wish=wish))
        may_be_shorter = len(setting.rates) == 1 and not wish.handles_required
        retime = min(wish.retime, LONGEST_RETIME) if may_be_shorter else Fraction(0)
        low = math.ceil(needed * (1 - retime))
        want = Want(needed=needed, low=low, high=None, policy=wish.rate_policy)
        while chain := best_chain(offer, wish, setting, want=want, first=mode, last=Mode.FIRST):
            quote = _quote(offer, wish, setting, chain, first=mode, last=Mode.FIRST, want=want)
            if not (lacking := _lacking(quote, setting, wanted=wanted, wish=wish)):
                return _with_handles(quote, wish=wish, setting=setting, sides=sides, concerns=concerns)
            # what is joined may lose more at its joins than it does at the counted rate
            want = replace(want, low=want.low + lacking)
    return None


def _free_sides(mode: Mode) -> int:
    """Sides of a take that join no frame of the cut, by the mode in which it begins; its tail is trimmed."""
    return 1 if mode is Mode.FIRST else 2


def _wanted(wish: Wish, *, mode: Mode) -> int:
    """Frames of the cut that a take must serve, with the handles where they are required."""
    return wish.cover_frames + (_free_sides(mode) * wish.handles if wish.handles_required else 0)


def _needed_at_any(frames: int, setting: Setting, *, wish: Wish) -> Iterator[int]:
    """Frames at the counted rate that suffice, whichever of its rates the model turns out to work at."""
    for rate in setting.rates:
        needed = _needed(frames, made_at=rate, wish=wish)
        yield needed if setting.in_frames else math.ceil(needed * (setting.rate.fps / rate.fps))


def _lacking(quote: Quote, setting: Setting, *, wanted: int, wish: Wish) -> int:
    """Frames at the counted rate that joined clips lack at the worst of the rates that they may turn out to have."""
    if len(setting.rates) == 1:
        return 0
    lacking = 0
    for rate in setting.rates:
        short = _needed(wanted, made_at=rate, wish=wish) - _total_at(quote, setting, rate=rate)
        lacking = max(lacking, math.ceil(short * min(setting.rate.fps / rate.fps, Fraction(1))))
    return lacking


def _total_at(quote: Quote, setting: Setting, *, rate: FrameRate) -> int:
    """Frames of its clips if this is their rate, without those that are there twice."""
    is_counted = setting.in_frames or rate == setting.rate
    return 1 + sum((clip.frames if is_counted else math.floor(clip.seconds * rate.fps)) - 1 for clip in quote.clips)


def _quote(offer: Offer, wish: Wish, setting: Setting, chain: Chain, *, first: Mode, last: Mode, want: Want) -> Quote:
    """The quote of a chain without handles."""
    count = len(chain.frames)
    modes = [last if count == 1 and last is Mode.FIRST_LAST else first, *[Mode.FIRST] * (count - 1)]
    if count > 1:
        modes[-1] = last
    clips = []
    for frames, mode in zip(chain.frames, modes, strict=True):
        found = alike(offer, wish, setting, mode=mode) or setting
        price = prices_of(offer, found)[frames]
        clips.append(Clip(frames=frames, rate=setting.rate, seconds=found.lengths[frames], mode=mode, price=price))
    lasting = _lasting(wish, made_at=setting.rate, policy=want.policy)
    is_retimed = chain.total < want.needed or (last is Mode.FIRST_LAST and chain.total > lasting)
    speed = Fraction(chain.total, want.needed) if is_retimed else Fraction(1)
    policy = (
        want.policy
        if is_retimed or last is Mode.FIRST_LAST
        else _policy_of(chain.total, setting, wish=wish, mode=first)
    )
    return Quote(
        frames=wish.cover_frames,
        head=0,
        tail=0,
        uses_before=modes[0] is not Mode.TEXT,
        uses_after=last is Mode.FIRST_LAST,
        price=chain.price,
        note=_note(clips, wish=wish, setting=setting, speed=speed, rerated=_rerated(policy, setting, wish=wish)),
        clips=tuple(clips),
        size=setting.size,
        speed=speed,
        rate_policy=policy,
        references=setting.references,
    )


def _policy_of(total: int, setting: Setting, *, wish: Wish, mode: Mode) -> RatePolicy:
    """What a chain with a trimmed tail is conformed with: re-rated where that is usual and it is long enough."""
    if wish.rate_policy is not RatePolicy.AUTO or len(setting.rates) > 1:
        return wish.rate_policy
    rerated = _needed(_wanted(wish, mode=mode), made_at=setting.rate, wish=wish, policy=RatePolicy.RERATE)
    is_rerated = are_near(setting.rate, wish.rate) and total >= rerated
    return RatePolicy.RERATE if is_rerated else RatePolicy.NEAREST


def _rerated(policy: RatePolicy, setting: Setting, *, wish: Wish) -> Fraction:
    """How much faster a clip plays for being re-rated: 25/24, or 1."""
    is_changed = policy is RatePolicy.RERATE and not are_neighbours(setting.rate, wish.rate)
    return wish.rate.fps / setting.rate.fps if is_changed else Fraction(1)


def _with_handles(
    quote: Quote, *, wish: Wish, setting: Setting, sides: int, concerns: tuple[tuple[str, str], ...]
) -> Quote:
    """Handles are what the bought length leaves, up to the wished number; none where a clip is played slower."""
    served = min(
        frames_served(
            _total_at(quote, setting, rate=rate),
            made_at=rate,
            shown_at=wish.rate,
            policy=quote.rate_policy,
            placeholder_speed=wish.placeholder_speed,
        )
        for rate in setting.rates
    )
    spare = max(0, served - wish.cover_frames)
    head = min(wish.handles, spare // 2) if sides > 1 else 0
    tail = min(wish.handles, spare - head)
    return replace(quote, frames=head + quote.frames + tail, head=head, tail=tail, concerns=concerns)


def _note(clips: Sequence[Clip], *, wish: Wish, setting: Setting, speed: Fraction, rerated: Fraction) -> str:
    width, height = setting.size
    lengths = " + ".join(f"{float(clip.seconds):g}" for clip in clips)
    parts = [f"{lengths} s at {width}x{height}"]
    if len(setting.rates) == 1:
        parts[0] += f", {float(setting.rate.fps):.6g} fps"
    if len(clips) > 1:
        parts.append(f"{len(clips)} clips, joined on the frame")
    begins, ends = clips[0].mode is not Mode.TEXT, clips[-1].mode is Mode.FIRST_LAST
    first, last = wish.sides
    if ends:
        parts.append(f"from the frames {first} and {last}")
    elif begins:
        parts.append(f"from the frame {first}")
    if setting.references:
        parts.append(f"with {counted(setting.references, 'reference picture')}")
    if speed != 1:
        parts.append(f"retime: played {spoken_speed(speed)}")
    if rerated != 1:
        parts.append(f"re-rated: plays {spoken_speed(rerated)}")
    return "; ".join(parts)


def spoken_speed(speed: Fraction) -> str:
    """`5.2 % slower`."""
    return f"{abs(float(speed) - 1) * 100:.1f} % {'slower' if speed < 1 else 'faster'}"


def _modes(offer: Offer, wish: Wish) -> frozenset[Mode]:
    """The modes in which it makes clips of this kind: with reference pictures, or without."""
    alike = (each.modes for each in offer.capabilities if bool(each.references) == bool(wish.references))
    return frozenset().union(*alike)


def _why_not_both(offer: Offer, wish: Wish) -> str:
    able = settings_for(offer, wish, mode=Mode.FIRST_LAST)
    settings = [each for each in able if len(each.rates) == 1]
    joins = "follow the shot before" if wish.is_backward else "lead into the shot after"
    if able and not settings:
        return (
            f"nobody has said at which rate {offer.model} works, so no clip of it can be made to end on a given frame; "
            f"where you know it, set fps in [providers.{offer.provider}]"
        )
    if not settings:
        return f"{offer.model} cannot end on a given frame, so the take does not {joins}"
    setting = settings[0]
    needed = _needed(wish.cover_frames, made_at=setting.rate, wish=wish)
    near = min(setting.lengths, key=lambda frames: abs(frames - needed))
    said = (
        f"no length of {offer.model} is {needed} frames at {float(setting.rate.fps):.6g} fps (the nearest is {near}), "
        f"so its tail is trimmed and it does not {joins}"
    )
    speed = Fraction(near, needed)
    if abs(speed - 1) <= LONGEST_RETIME:
        said += f'; with conditioning = "both" it is played {spoken_speed(speed)} and does'
    return said


def _needs_frames(offer: Offer, wish: Wish, *, before: bool) -> ProviderRefused:
    if before:
        return ProviderRefused(
            f"{offer.model} makes clips only from both neighbours' frames, and none fits between them here",
            next_step='set conditioning = "both", which plays a clip a little faster or slower, or take another model',
        )
    if not wish.placeholder_speed:
        return ProviderRefused(
            f"{offer.model} makes nothing from words alone, and a frozen placeholder that began on a frame of the cut "
            "would only hold that",
            next_step="choose another model, or take the freeze off the placeholder",
        )
    return ProviderRefused(
        f"{offer.model} makes nothing from words alone, and of the shot {wish.sides[0]} no frame can be had or sent",
        next_step="choose another model, or let frames be sent (send_frames in the provider's table)",
    )


def _nothing_covers(offer: Offer, wish: Wish) -> ProviderRefused:
    modes = (Mode.FIRST, Mode.TEXT, Mode.FIRST_LAST)
    longest = max(_longest(settings_for(offer, wish, mode=mode) for mode in modes), default=Fraction(0))
    made = f"{offer.model} makes at most {float(longest):g} s at once"
    joined = (
        f"and at most {counted(MOST_CLIPS, 'clip')} are joined"
        if Mode.FIRST in _modes(offer, wish)
        else "and cannot go on from a frame"
    )
    return ProviderRefused(
        f"{float(wish.seconds):.1f} s are too long: {made}, {joined}",
        next_step="split the hole, or choose a provider that makes longer clips",
    )


def _longest(of: Iterable[Sequence[Setting]]) -> Iterator[Fraction]:
    for settings in of:
        for setting in settings:
            yield from setting.lengths.values()
