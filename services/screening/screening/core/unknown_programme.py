"""What becomes of an application to a programme that has no policy: a person looks. Nothing is declined."""

from hiring.events.application import Facts
from screening.core.decision import Decision, Reason, RuleResult, Weight

NAME = "no-policy"
VERSION = "1"

_REASON = Reason(
    "programme-has-policy",
    "The programme applied to is not open here, or has no rules yet.",
    "所申请的项目在此尚未开放，或尚无筛选规则。",
)


_RESULT = RuleResult(
    "programme-has-policy", "unknown", "no policy", "a policy for the programme", Weight.REVIEW, _REASON
)


def decide(_: Facts) -> Decision:
    """Review, whatever the facts."""
    return Decision("review", None, None, [_REASON], [_RESULT], [])
