"""Reads of the incubator that pages, the board and the admin need."""

from incubator.selectors.activity import IncubatorActivity
from incubator.selectors.applications import (
    checked_answers,
    comments_by_field,
    completeness,
    differences,
    my_applications,
    needed_files,
    open_steps,
    sent_answers,
    summary_of,
    wizard_steps,
)
from incubator.selectors.calls import call_context, calls_context
from incubator.selectors.files import current_attachments, files_by_field
from incubator.selectors.saves import earlier_saves

__all__ = [
    "IncubatorActivity",
    "call_context",
    "calls_context",
    "checked_answers",
    "comments_by_field",
    "completeness",
    "current_attachments",
    "differences",
    "earlier_saves",
    "files_by_field",
    "my_applications",
    "needed_files",
    "open_steps",
    "sent_answers",
    "summary_of",
    "wizard_steps",
]
