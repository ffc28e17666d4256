"""An operator's word on one letter that is held or failed."""

from typing import Any

from hiring.events.command import LetterSettled
from notify.ledger.rows import noted

# Waits for another replica that is obeying the same one, and then finds it there.
_BEGIN = "INSERT INTO commands (command_id) VALUES ($1) ON CONFLICT (command_id) DO NOTHING RETURNING true"
_REFUSE = "UPDATE commands SET refusal = $2 WHERE command_id = $1"
_FIND = """
SELECT state, fallen, message_id, candidate_id, programme FROM letters
WHERE decision_id = $1 AND application_id = $2 FOR UPDATE
"""
# What was told, or tried to be, in one letter is settled with it.
_TOGETHER = """
l.candidate_id = $1 AND l.programme = $2 AND l.state = $3
AND (l.decision_id = $4 OR l.message_id = $5)
"""
_SEND = f"""
UPDATE letters l SET state = 'queued', cause = NULL, attempts = 0, doubts = 0, changed_at = now(), published = false,
    due_at = (SELECT now() FROM contacts c WHERE c.candidate_id = l.candidate_id),
    changes = {noted("'queued'", "$6::text")}
WHERE l.fallen IS NULL AND {_TOGETHER}
"""
_DROP = f"""
UPDATE letters l SET state = 'suppressed', cause = $6, changed_at = now(), published = false,
    changes = {noted("'suppressed'", "$6::text")}
WHERE {_TOGETHER}
"""


async def settle(connection: Any, command: LetterSettled) -> None:
    """Obey, once; where it cannot be obeyed, write down why, with what to do."""
    if not await connection.fetchval(_BEGIN, command.command_id):
        return
    letter = await connection.fetchrow(_FIND, command.decision_id, command.application_id)
    if (refusal := _refusal(command, letter)) is not None:
        await connection.execute(_REFUSE, command.command_id, refusal)
        return
    statement, cause = (_SEND, "by an operator's word") if command.then == "send" else (_DROP, "dropped by an operator")
    together = letter["candidate_id"], letter["programme"], letter["state"], command.decision_id, letter["message_id"]
    await connection.execute(statement, *together, cause)


def _refusal(command: LetterSettled, letter: Any) -> str | None:
    if letter is None:
        return "the application has no letter of such a decision: name one that is listed as held or failed"
    if letter["state"] not in ("held", "failed"):
        return f"the letter is {letter['state']}: only one that is held or failed can be settled"
    if command.then == "send" and letter["fallen"] is not None:
        return f"the letter's decision no longer stands ({letter['fallen']}): drop the letter"
    return None
