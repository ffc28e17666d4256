"""A further application of a candidate who has one in the programme already, where that is for a person to see."""

from screening.core.decision import Decision, Reason, RuleResult, Weight

RULE = "one-application"
"""The rule by which its reason goes."""

_REASON = Reason(
    RULE,
    "There is another application of yours to this programme, so a person will look at this one.",
    "您在本项目中已有另一份申请，因此将由工作人员查看此份申请。",
)
_RESULT = RuleResult(RULE, "fail", "another application to the programme", "one application", Weight.PERSON, _REASON)


def reviewed(decision: Decision) -> Decision:
    """The decision as it goes to a person, with everything the policy found kept in it."""
    reasons = [_REASON, *(decision.reasons if decision.outcome == "review" else ())]
    return decision._replace(outcome="review", reasons=reasons, rules=[*decision.rules, _RESULT])
