"""When a letter may go out: release days, delays, the time to gather, and the hours in which nobody is disturbed.

Pure: the time is told. Zones are those of the IANA database, by `zoneinfo`.
"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, Literal, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from hiring.events.decision import Outcome
from hiring.events.fields import Slug


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def zone(name: str | None) -> ZoneInfo | None:
    """The time zone of an IANA name; None where there is none of that name."""
    return None if name is None else _zone(name)


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return None


def _known_zone(value: object) -> object:
    if isinstance(value, str) and zone(value) is None:
        raise ValueError("is no time zone that is known: write one as Asia/Shanghai")
    return value


def _clock(value: object) -> object:
    """A time of day; a bare number would be taken for seconds."""
    if not isinstance(value, str):
        raise ValueError('is no time of day: write "21:00"')
    return value


TimeZone = Annotated[str, BeforeValidator(_known_zone)]
ClockTime = Annotated[time, BeforeValidator(_clock)]


class QuietHours(_Told):
    """From `begin` until `end`, by the candidate's own clock, no letter goes out. May span midnight."""

    begin: ClockTime
    end: ClockTime

    @model_validator(mode="after")
    def _some(self) -> "QuietHours":
        if self.begin == self.end:
            raise ValueError("begin and end are the same: leave quiet_hours out where there are none")
        return self

    def over(self, local: datetime) -> datetime:
        """The first moment from `local` on that is not quiet."""
        spans_midnight = self.begin > self.end
        clock = local.time()
        inside = (clock >= self.begin or clock < self.end) if spans_midnight else self.begin <= clock < self.end
        if not inside:
            return local
        day = local.date() + timedelta(days=1) if spans_midnight and clock >= self.begin else local.date()
        # A clock that is put forward may have no such time: zoneinfo then takes the offset before.
        return datetime.combine(day, self.end, local.tzinfo)


class Release(_Told):
    """From when on letters of an outcome may go out; an outcome without a moment may at once."""

    advance: AwareDatetime | None = None
    review: AwareDatetime | None = None
    decline: AwareDatetime | None = None


class Season(_Told):
    """How one programme's letters are timed. Without any of it they go out at once.

    `release`: not before; one moment for all outcomes or one each.
    `decline_after_hours`: so long after it was made a decline waits, so that a slip can still be mended.
    `gather_minutes`: so long after a person's latest decision all of theirs wait, to be told in one letter.
    `quiet_hours`: by the candidate's time zone, and where none is known by `time_zone`.
    """

    release: Release | AwareDatetime | None = None
    decline_after_hours: Annotated[float, Field(ge=0, le=24 * 90)] = 0
    gather_minutes: Annotated[float, Field(ge=0, le=24 * 60)] = 0
    quiet_hours: QuietHours | None = None
    time_zone: TimeZone = "UTC"

    def released(self, outcome: Outcome) -> datetime | None:
        """From when on letters of this outcome may go out; None is at once."""
        if isinstance(self.release, Release):
            return getattr(self.release, outcome)  # type: ignore[no-any-return]
        return self.release


Wait = Literal["release day", "delay of declines", "gathering", "quiet hours"]


class Until(NamedTuple):
    """Not before this moment, and what for."""

    moment: datetime
    wait: Wait


class Calendar(_Told):
    """The timing of every programme; `default` holds for those that are not named."""

    default: Season = Season()
    programmes: Mapping[Slug, Season] = {}

    def season(self, programme: str) -> Season:
        """What holds for a programme."""
        return self.programmes.get(programme, self.default)


AT_ONCE = Calendar()
"""Nothing waits."""


def not_before(
    season: Season, outcome: Outcome, decided_at: datetime, latest: datetime, time_zone: str | None, now: datetime
) -> Until | None:
    """Until when a letter of a decision has to wait, or None where it may go out now.

    `latest` is when the last of the person's untold decisions came. What waits for several things waits for the
    one that takes longest, and quiet hours count from there.
    """
    waits: list[Until] = []
    if (released := season.released(outcome)) is not None:
        waits.append(Until(released, "release day"))
    if outcome == "decline" and season.decline_after_hours:
        waits.append(Until(decided_at + timedelta(hours=season.decline_after_hours), "delay of declines"))
    if season.gather_minutes:
        waits.append(Until(latest + timedelta(minutes=season.gather_minutes), "gathering"))
    longest = max(waits, default=Until(now, "release day"))
    if season.quiet_hours is not None:
        local = max(longest.moment, now).astimezone(zone(time_zone) or zone(season.time_zone))
        over = season.quiet_hours.over(local)
        if over > local:
            # What it waits for first is what people ask about.
            return Until(over, longest.wait if longest.moment > now else "quiet hours")
    return longest if longest.moment > now else None
