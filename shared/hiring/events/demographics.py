"""`hiring.demographics.given.v1`: what a candidate chose to tell for the fairness audit, and the schools."""

from uuid import UUID

from hiring.events.fields import Event, Line, Moment, Slug


class DemographicsGiven(Event):
    """Key: application_id. Read only by the audit, and only in aggregate."""

    application_id: UUID
    programme: Slug
    answers: dict[Slug, Line]
    institutions: tuple[Line, ...] = ()
    given_at: Moment
