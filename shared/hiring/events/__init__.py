"""The contracts: every event type, the model of its data, and the version in its name."""

from pydantic import BaseModel

from hiring.events.answer import CommandAnswered, PolicyTried, SettlementRecorded
from hiring.events.application import ApplicationSubmitted
from hiring.events.command import (
    ApplicationWithdrawn,
    CandidateErased,
    DeadLettersSettled,
    LetterSettled,
    LettersPaused,
    LettersResumed,
    PolicyApproved,
    PolicyProposed,
    PolicyTrialRequested,
    ReviewGiven,
    ReviewRequested,
)
from hiring.events.contact import ContactGiven
from hiring.events.decision import DecisionMade
from hiring.events.demographics import DemographicsGiven
from hiring.events.notification import NotificationRecorded
from hiring.events.policy import PolicyKnown
from hiring.events.submission import Submission

SUBMISSION_MADE = "hiring.submission.made.v1"
APPLICATION_SUBMITTED = "hiring.application.submitted.v1"
CONTACT_GIVEN = "hiring.contact.given.v1"
DEMOGRAPHICS_GIVEN = "hiring.demographics.given.v1"
DECISION_MADE = "hiring.decision.made.v1"
NOTIFICATION_RECORDED = "hiring.notification.recorded.v1"
POLICY_PROPOSED = "hiring.command.policy-proposed.v1"
POLICY_APPROVED = "hiring.command.policy-approved.v1"
REVIEW_GIVEN = "hiring.command.review-given.v1"
REVIEW_REQUESTED = "hiring.command.review-requested.v1"
APPLICATION_WITHDRAWN = "hiring.command.application-withdrawn.v1"
CANDIDATE_ERASED = "hiring.command.candidate-erased.v1"
LETTERS_PAUSED = "hiring.command.letters-paused.v1"
LETTERS_RESUMED = "hiring.command.letters-resumed.v1"
LETTER_SETTLED = "hiring.command.letter-settled.v1"
POLICY_TRIAL_REQUESTED = "hiring.command.policy-trial-requested.v1"
DEAD_LETTERS_SETTLED = "hiring.command.dead-letters-settled.v1"
COMMAND_ANSWERED = "hiring.answer.command-answered.v1"
POLICY_TRIED = "hiring.answer.policy-tried.v1"
SETTLEMENT_RECORDED = "hiring.answer.settlement-recorded.v1"
POLICY_KNOWN = "hiring.policy.known.v1"

CONTRACTS: dict[str, type[BaseModel]] = {
    SUBMISSION_MADE: Submission,
    APPLICATION_SUBMITTED: ApplicationSubmitted,
    CONTACT_GIVEN: ContactGiven,
    DEMOGRAPHICS_GIVEN: DemographicsGiven,
    DECISION_MADE: DecisionMade,
    NOTIFICATION_RECORDED: NotificationRecorded,
    POLICY_PROPOSED: PolicyProposed,
    POLICY_APPROVED: PolicyApproved,
    REVIEW_GIVEN: ReviewGiven,
    APPLICATION_WITHDRAWN: ApplicationWithdrawn,
    REVIEW_REQUESTED: ReviewRequested,
    CANDIDATE_ERASED: CandidateErased,
    LETTERS_PAUSED: LettersPaused,
    LETTERS_RESUMED: LettersResumed,
    LETTER_SETTLED: LetterSettled,
    POLICY_TRIAL_REQUESTED: PolicyTrialRequested,
    DEAD_LETTERS_SETTLED: DeadLettersSettled,
    COMMAND_ANSWERED: CommandAnswered,
    POLICY_TRIED: PolicyTried,
    SETTLEMENT_RECORDED: SettlementRecorded,
    POLICY_KNOWN: PolicyKnown,
}
