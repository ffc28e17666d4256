"""Which of a candidate's applications to a programme is the first, where a policy has a person look at further ones."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from screening.stored_decision import StoredDecision

# The first of a candidate stays the first, unless it is withdrawn: then the next one is. Of two in a batch it is the
# one that came first. What is withdrawn or erased already is none.
_CLAIM = """
INSERT INTO first_applications AS f (programme, candidate_id, application_id, submitted_at)
SELECT DISTINCT ON (programme, candidate_id) programme, candidate_id, application_id, submitted_at
FROM unnest($1::text[], $2::text[], $3::uuid[], $4::timestamptz[])
    WITH ORDINALITY AS g (programme, candidate_id, application_id, submitted_at, place)
WHERE NOT EXISTS (SELECT FROM withdrawals w WHERE w.application_id = g.application_id AND w.at >= g.submitted_at)
  AND NOT EXISTS (SELECT FROM erasures e WHERE e.candidate_id = g.candidate_id AND e.at >= g.submitted_at)
ORDER BY programme, candidate_id, place
ON CONFLICT (programme, candidate_id) DO UPDATE
SET application_id = excluded.application_id, submitted_at = excluded.submitted_at
WHERE CASE WHEN f.application_id = excluded.application_id THEN f.submitted_at < excluded.submitted_at
      ELSE EXISTS (SELECT FROM withdrawals w WHERE w.application_id = f.application_id AND w.at >= f.submitted_at) END
"""
_FURTHER = """
SELECT place - 1 FROM unnest($1::text[], $2::text[], $3::uuid[])
    WITH ORDINALITY AS g (programme, candidate_id, application_id, place)
JOIN first_applications f USING (programme, candidate_id) WHERE f.application_id <> g.application_id
"""


class Candidacy(NamedTuple):
    """An application to a programme that notes each candidate's first; `further` is decided if it is not that one."""

    programme: str
    candidate_id: str
    place: int
    """Which of the planned decisions it is about."""
    further: StoredDecision | None


async def judged_as_further(
    connection: Any, decisions: Sequence[StoredDecision], candidacies: Sequence[Candidacy]
) -> list[StoredDecision]:
    """The decisions, with those on further applications in their places. Notes who came first, in a transaction."""
    columns = (
        [one.programme for one in candidacies],
        [one.candidate_id for one in candidacies],
        [decisions[one.place].application_id for one in candidacies],
    )
    # What an approval reads and writes it locks in this order too.
    await connection.execute("LOCK TABLE decisions IN ROW EXCLUSIVE MODE")
    await connection.execute(_CLAIM, *columns, [decisions[one.place].submitted_at for one in candidacies])
    # A statement of its own, so that it sees what another replica has claimed in the meantime.
    found = [candidacies[row[0]] for row in await connection.fetch(_FURTHER, *columns)]
    further = {one.place: one.further for one in found if one.further is not None}
    return [further.get(place, decision) for place, decision in enumerate(decisions)]
