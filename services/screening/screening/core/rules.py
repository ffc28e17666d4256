"""A rule: a condition, what not meeting it leads to, and the words for it. One model a kind, told by `kind`."""

from typing import Annotated, Literal

from pydantic import Field

from hiring.events.fields import Slug
from screening.core import conditions
from screening.core.language import Saying, Strict


class Rule(Strict):
    """What every rule has.

    `otherwise` is what a fail leads to: `decline` and `review` are weighed against the other rules; `person` is
    not: a person decides, even where other rules would decline. What is unknown goes to a person, or, with
    `if_unknown: pass`, is let pass. There is no way to decline for what an application does not say.
    """

    id: Slug
    otherwise: Literal["decline", "review", "person"]
    if_unknown: Literal["review", "pass"] = "review"
    reason: Saying
    unclear: Saying


class GraduatesWithinRule(Rule, conditions.GraduatesWithin):
    """Graduates within a window of months."""


class StudiesRule(Rule, conditions.Studies):
    """Studies for a degree of these levels and fields."""


class FoundationsRule(Rule, conditions.Foundations):
    """Took enough courses in an area."""


class ProjectsRule(Rule, conditions.Projects):
    """Did enough projects."""


class GradeAtLeastRule(Rule, conditions.GradeAtLeast):
    """Has the grade."""


class AssessmentAtLeastRule(Rule, conditions.AssessmentAtLeast):
    """Has the test result."""


class AnsweredRule(Rule, conditions.Answered):
    """Answered a question at some length."""


class ConsentedRule(Rule, conditions.Consented):
    """Agreed to what is asked."""


class MachineMayDecideRule(Rule, conditions.MachineMayDecide):
    """Does not want only a person to decide."""


class AllOfRule(Rule, conditions.AllOf):
    """Meets every condition of a group."""


class AnyOfRule(Rule, conditions.AnyOf):
    """Meets a condition of a group."""


AnyRule = Annotated[
    GraduatesWithinRule
    | StudiesRule
    | FoundationsRule
    | ProjectsRule
    | GradeAtLeastRule
    | AssessmentAtLeastRule
    | AnsweredRule
    | ConsentedRule
    | MachineMayDecideRule
    | AllOfRule
    | AnyOfRule,
    Field(discriminator="kind"),
]
