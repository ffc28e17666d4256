"""`hiring.contact.given.v1`: how to reach a candidate. Only notify reads it."""

from hiring.events.fields import Digest, Event, Line, Moment
from hiring.events.submission import Email, Locale


class ContactGiven(Event):
    """Key: candidate_id. The newest record of a candidate holds; a tombstone forgets the person."""

    candidate_id: Digest
    name: Line
    email: Email
    phone: str | None = None
    locale: Locale = "en"
    time_zone: str | None = None
    given_at: Moment
