"""From a claimed letter to the bytes that go out."""

import logging
from collections.abc import Callable
from uuid import UUID

from hiring.events.decision import DecisionMade
from notify.core.announcement import Addressee, Announcement, best_first
from notify.core.answer import Answer
from notify.core.letter import Letter, LetterWriter, Unaddressable
from notify.ledger.claiming import Claimed

log = logging.getLogger(__name__)

Compose = Callable[[Claimed], Letter | Answer]
"""The letter, or why it will never be one."""


def composer(writer: LetterWriter, status_url: Callable[[UUID], str] | None = None) -> Compose:
    """Composes letters with a writer; `status_url` gives the page of the person whom a decision is about.

    A letter that cannot be written is refused: its neighbours must not wait for it.
    """

    def compose(claimed: Claimed) -> Letter | Answer:
        try:
            decisions = best_first(DecisionMade.model_validate_json(part.decision) for part in claimed.parts)
            url = status_url(decisions[0].decision_id) if status_url is not None else None
            announcement = Announcement(decisions, claimed.message_id, claimed.corrects, url, claimed.begun_at)
            return writer.write(announcement, Addressee(claimed.name, claimed.email, claimed.locale))
        except Unaddressable as error:
            return Answer("refused", str(error))
        except Exception as error:
            # Its text may quote the decision or the name; its class may not.
            why = f"the letter cannot be written: {type(error).__name__}"
            first = str(claimed.parts[0].application_id)
            log.error(why, extra={"message_id": claimed.message_id, "application_id": first})
            return Answer("refused", why)

    return compose
