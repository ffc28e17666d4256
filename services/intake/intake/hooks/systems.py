"""The systems that are known, by the name that stands in the URL and in the file of webhooks."""

from intake.hooks.ashby import ASHBY
from intake.hooks.greenhouse import GREENHOUSE
from intake.hooks.lever import LEVER
from intake.hooks.smartrecruiters import SMARTRECRUITERS
from intake.hooks.workable import WORKABLE

SYSTEMS = {system.name: system for system in (GREENHOUSE, ASHBY, LEVER, SMARTRECRUITERS, WORKABLE)}
