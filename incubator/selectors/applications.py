"""Applications as their teams and staff read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property

from forms.checking import Checked, Files, check, filled, raw_answer, with_files
from forms.rendering import in_own_language
from forms.schema import Field, Form, Step
from forms.types import FileInfo, TableText, registry
from incubator.eligibility import obstacles
from incubator.models import Application, ApplicationSnapshot, Comment
from incubator.selectors.files import files_by_field


@dataclass(frozen=True)
class Shown:
    """A question with its answer in words."""

    key: str
    label: Any
    text: str = ""
    files: list[FileInfo] = field(default_factory=list)
    error: str = ""
    table: TableText | None = None


@dataclass(frozen=True)
class ShownStep:
    """A step with its answers."""

    key: str
    title: Any
    answers: list[Shown]
    url: str = ""

    @property
    def has_errors(self) -> bool:
        return any(answer.error for answer in self.answers)


@dataclass(frozen=True)
class WizardStep:
    """A stop on the line of steps."""

    key: str
    title: Any
    url: str
    is_now: bool
    is_done: bool
    is_begun: bool


def checked_answers(
    application: Application, answers: Mapping[str, Any], files: Files, *, step: str = ""
) -> Checked:
    """What the form says of the answers, and which files the call wants besides."""
    form = application.form_version.form
    found = check(form, answers, files, step=step)
    asked = form.asked(with_files(form, answers, files))
    for key, item in needed_files(application).items():
        is_here = not step or form.step_of[key] == form.steps.index(form.step(step))
        if is_here and key in asked and not files.get(key) and key not in found.errors:
            found.errors[key] = registry[item.type].missing(item)
    return found


def needed_files(application: Application) -> dict[str, Field]:
    """The questions for files that this call asks of this organisation, by key."""
    form = application.form_version.form
    rows = [
        row
        for row in application.call.attachments.all()
        if row.concerns(application.organisation) and row.question(form)
    ]
    return {row.field_key: row.question(form) for row in rows}


class Summary:
    """The whole draft, checked."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.form: Form = application.form_version.form
        self.answers: Mapping[str, Any] = application.draft.data
        self.files = files_by_field(application)

    @cached_property
    def checked(self) -> Checked:
        return checked_answers(self.application, self.answers, self.files)

    @cached_property
    def obstacles(self) -> list[str]:
        """Why it could not be sent even when every answer is there."""
        return obstacles(self.application.call, self.application.organisation)

    @property
    def is_complete(self) -> bool:
        return self.checked.is_valid and not self.obstacles

    @cached_property
    def steps(self) -> list[ShownStep]:
        """Every step with the questions that are asked."""
        asked = self.form.asked(with_files(self.form, self.answers, self.files))
        return [
            ShownStep(
                step.key,
                in_own_language(step.title),
                [self._shown(item) for item in step.fields if item.key in asked],
                step_url(self.application, step.key),
            )
            for step in self.form.steps
        ]

    def _shown(self, item: Field) -> Shown:
        kind = registry[item.type]
        raw = raw_answer(item, self.answers, self.files)
        return Shown(
            item.key,
            in_own_language(item.label),
            "" if kind.takes_files else kind.show_raw(item, raw),
            self.files.get(item.key, []) if kind.takes_files else [],
            self.checked.errors.get(item.key, ""),
            None if kind.is_empty(raw) else kind.table_raw(item, raw),
        )


def summary_of(application: Application) -> Summary:
    """The draft of an application, ready to be read and sent."""
    return Summary(application)


def step_url(application: Application, key: str) -> str:
    """The page of one step."""
    return reverse("incubator:step", args=[application.uuid, key])


def summary_url(application: Application) -> str:
    """The page before sending."""
    return reverse("incubator:summary", args=[application.uuid])


def open_steps(application: Application) -> list[Step]:
    """The steps that can be written: all, or those with a question that staff have opened."""
    steps = application.form_version.form.steps
    unlocked = application.unlocked_keys
    if unlocked is None:
        return list(steps)
    return [step for step in steps if any(item.key in unlocked for item in step.fields)]


def wizard_steps(application: Application, *, now: str = "") -> list[WizardStep]:
    """The line of steps: what is done, what is being written, what is still ahead."""
    summary = summary_of(application)
    form = summary.form
    with_errors = {form.step_of[key] for key in summary.checked.errors}
    steps = []
    for step in open_steps(application):
        position = form.steps.index(step)
        is_begun = filled(form, summary.answers, summary.files, step=step.key)
        steps.append(
            WizardStep(
                key=step.key,
                title=in_own_language(step.title),
                url=step_url(application, step.key),
                is_now=step.key == now,
                is_done=is_begun and position not in with_errors,
                is_begun=is_begun,
            )
        )
    return steps


def sent_answers(snapshot: ApplicationSnapshot) -> list[ShownStep]:
    """What was sent, by step, in words."""
    form = snapshot.form_version.form
    steps = []
    for step in form.steps:
        rows = []
        for item in step.fields:
            kind = registry[item.type]
            if kind.takes_files and item.key in snapshot.files:
                files = [FileInfo(**row) for row in snapshot.files[item.key]]
                rows.append(Shown(item.key, in_own_language(item.label), files=files))
            elif item.key in snapshot.data:
                text = kind.show(item, snapshot.data[item.key])
                table = kind.table(item, snapshot.data[item.key])
                rows.append(Shown(item.key, in_own_language(item.label), text, table=table))
        if rows:
            steps.append(ShownStep(step.key, in_own_language(step.title), rows))
    return steps


def my_applications(user: Any) -> list[Application]:
    """The applications of a person's teams, the latest first."""
    return list(Application.objects.of_teams_of(user).with_lists().order_by("-created_at", "-pk"))


@dataclass(frozen=True)
class Difference:
    """An answer that two snapshots of one application have differently."""

    label: Any
    before: str
    after: str


def differences(application: Application) -> list[dict[str, Any]]:
    """What each later snapshot has changed against the one before it, the newest first."""
    snapshots = list(application.snapshots.select_related("form_version").order_by("seq"))
    found = []
    for before, after in pairwise(snapshots):
        old, new = _by_key(before), _by_key(after)
        rows = [
            Difference(
                (new.get(key) or old[key]).label,
                _in_words(old.get(key)),
                _in_words(new.get(key)),
            )
            for key in after.form_version.form.fields
            if _in_words(old.get(key)) != _in_words(new.get(key))
        ]
        found.append({"snapshot": after, "rows": rows})
    return found[::-1]


def _by_key(snapshot: ApplicationSnapshot) -> dict[str, Shown]:
    return {answer.key: answer for step in sent_answers(snapshot) for answer in step.answers}


def _in_words(answer: Shown | None) -> str:
    if answer is None:
        return ""
    return "\n".join([answer.text, *(f"{f.name} ({f.sha256[:12]})" for f in answer.files)]).strip()


@dataclass(frozen=True)
class Completeness:
    """How much of what has to be answered is answered."""

    done: int
    total: int

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 100


def completeness(application: Application) -> Completeness:
    """Counts the questions that apply and need an answer, and those answered well."""
    summary = summary_of(application)
    seen = with_files(summary.form, summary.answers, summary.files)
    files = needed_files(application)
    needed = [
        key
        for key, item in summary.form.asked(seen).items()
        if item.is_required(seen) or key in files
    ]
    wrong = [key for key in needed if key in summary.checked.errors]
    return Completeness(len(needed) - len(wrong), len(needed))


def comments_by_field(application: Application) -> dict[str, list[Comment]]:
    """The open comments of the team."""
    found: dict[str, list[Comment]] = {}
    for row in application.comments.filter(settled_at=None).select_related("author"):
        found.setdefault(row.field_key, []).append(row)
    return found
