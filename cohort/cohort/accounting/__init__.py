"""The account of a drive: every line that was sent, followed to the mailbox."""

from cohort.accounting.gather import account, letters_in_flight
from cohort.accounting.reconcile import reconcile
from cohort.accounting.result import Account, Discrepancy, Kind

__all__ = ["Account", "Discrepancy", "Kind", "account", "letters_in_flight", "reconcile"]
