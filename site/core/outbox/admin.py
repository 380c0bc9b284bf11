"""Mail as staff see it: what did not leave and why, and a button to try again."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import linebreaksbr, urlize
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.admin.site_summary import SummaryItem
from wagtail.admin.ui.menus import MenuItem
from wagtail.admin.views import generic
from wagtail.admin.widgets.button import Button

from core.admin import ReadOnlyInspectView, ReadOnlyViewSet
from core.outbox.keeping import CannotSendAgain, send_again
from core.outbox.models import MailState, OutboxMail, Problem

PERMISSION = "core.retry_outboxmail"


def can_be_sent_again() -> QuerySet[OutboxMail]:
    """Failed mail that certainly did not leave and still has its text, oldest first."""
    failed = OutboxMail.objects.filter(state=MailState.FAILED, purged_at=None)
    return failed.exclude(problem=Problem.UNKNOWN).order_by("id")


class MailIndexView(generic.IndexView):
    """The list, with “Send again” where it makes sense."""

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        buttons = list(super().header_more_buttons)
        if self.request.user.has_perm(PERMISSION):
            url = reverse("core_outbox:send_all_again")
            buttons.append(Button(_("Send all failed mail again"), url=url, icon_name="mail"))
        return buttons

    def get_list_more_buttons(self, instance: OutboxMail) -> list[MenuItem]:
        buttons = super().get_list_more_buttons(instance)
        if self.request.user.has_perm(PERMISSION) and _may_be_sent(instance):
            url = reverse("core_outbox:send_again", args=[instance.pk])
            buttons.append(MenuItem(_("Send again"), url=url, icon_name="mail", priority=5))
        return buttons


class MailInspectView(ReadOnlyInspectView):
    """One mail. Its subject and text are shown in the demo alone: they belong to a resident."""

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        if not self.request.user.has_perm(PERMISSION) or not _may_be_sent(self.object):
            return []
        url = reverse("core_outbox:send_again", args=[self.object.pk])
        return [Button(_("Send again"), url=url, icon_name="mail")]

    def get_fields(self) -> list[str]:
        fields = super().get_fields()
        return [*fields, "subject", "text"] if settings.DEMO else fields

    def get_text_display_value(self) -> SafeString:
        return linebreaksbr(urlize(self.object.text))


class MailViewSet(ReadOnlyViewSet):
    """The outbox."""

    model = OutboxMail
    name = "core_outbox"
    url_prefix = "mail"
    icon = "mail"
    menu_label = _("Mail")
    index_view_class = MailIndexView
    inspect_view_class = MailInspectView
    list_display = ["kind", "to", "state", "problem", "attempts", "created_at", "next_try_at"]
    list_filter = ["state", "problem", "kind", "language"]
    search_fields = ["to", "kind"]
    search_backend_name = None
    list_per_page = 50
    inspect_view_fields = [
        "kind", "to", "language", "state", "problem", "attempts", "created_at", "next_try_at",
        "finished_at",
    ]  # fmt: skip

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("send-again/<int:pk>/", send_one_view, name="send_again"),
            path("send-again/", send_all_view, name="send_all_again"),
        ]


def send_one_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks, and on POST lets one mail be sent again."""
    return _send_again(request, [get_object_or_404(OutboxMail, pk=pk)])


def send_all_view(request: HttpRequest) -> HttpResponse:
    """Asks, and on POST lets all mail be sent again that certainly did not leave."""
    return _send_again(request, list(can_be_sent_again()))


def _send_again(request: HttpRequest, mails: list[OutboxMail]) -> HttpResponse:
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    if request.method != "POST":
        is_unknown = any(mail.problem == Problem.UNKNOWN for mail in mails)
        context = {"number": len(mails), "is_unknown": is_unknown}
        return render(request, "core/admin/send_again.html", context)
    done = 0
    for mail in mails:
        try:
            send_again(mail, actor=request.user)
            done += 1
        except CannotSendAgain as refusal:
            messages.error(request, str(refusal))
    if done:
        text = ngettext("%(count)d mail is on its way.", "%(count)d mails are on their way.", done)
        messages.success(request, text % {"count": done})
    return redirect("core_outbox:index")


def _may_be_sent(mail: OutboxMail) -> bool:
    return mail.state in {MailState.FAILED, MailState.WITHHELD} and mail.purged_at is None


class FailedMailSummary(SummaryItem):
    """On the admin's first page: how much mail did not leave."""

    order = 400
    template_name = "core/admin/failed_mail_summary.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"number": OutboxMail.objects.filter(state=MailState.FAILED).count()}

    def is_shown(self) -> bool:
        return bool(self.request.user.has_perm("core.view_outboxmail"))
