-- The applications of one cell in the order they were submitted: a list merges the cells that it wants. An expression,
-- so that nothing is written anew; store/browsing.py asks by the same one. Rows outside of any cell are left out.
CREATE INDEX applications_browsed ON applications (
    hashtextextended(
        programme || '/' || coalesce(outcome, '') || '/' || coalesce(track, '') || '/' || coalesce(unit, '') || '/'
            || letter || '/' || coalesce(withdrawn_at >= submitted_at, false)::text,
        0
    ),
    submitted_at,
    application_id
) WHERE submitted_at IS NOT NULL;
