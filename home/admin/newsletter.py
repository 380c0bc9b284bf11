"""Issues of the newsletter in the admin: compose, try on oneself, send."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies import ModelPermissionPolicy

from core.transitions import TransitionError, available
from home.models import NewsletterIssue, Subscriber
from home.services import newsletter
from home.states import DRAFT, WRITERS


class IssuePolicy(ModelPermissionPolicy):
    """Editors write issues; what was sent nobody changes or deletes."""

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        if action in {"change", "delete"} and instance.state != DRAFT:
            return False
        return super().user_has_permission_for_instance(user, action, instance)


class IssueInspectView(generic.InspectView):
    """One issue as it will read, with its buttons."""

    template_name = "home/admin/issue.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        issue, user = self.object, self.request.user
        readers = Q(confirmed_at__isnull=False, language=issue.language)
        context.update(
            issue=issue,
            news=issue.news(),
            is_draft=issue.state == DRAFT,
            may_test=issue.state == DRAFT and WRITERS(user, issue),
            may_send=any(row.verb == "send" for row in available(issue, user)),
            readers=Subscriber.objects.filter(readers).count(),
        )
        return context


class DraftsAlone:
    """Views that open what was not sent yet; of anything else the page itself."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        issue = get_object_or_404(NewsletterIssue, pk=kwargs["pk"])
        if issue.state != DRAFT:
            return redirect("home_newsletter:inspect", issue.pk)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


class IssueEditView(DraftsAlone, generic.EditView):
    """Changes a draft."""


class IssueDeleteView(DraftsAlone, generic.DeleteView):
    """Deletes a draft."""


def act_view(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """A button of an issue's page; only POST acts."""
    if not request.user.has_perm("home.view_newsletterissue"):
        raise Http404
    issue = get_object_or_404(NewsletterIssue, pk=pk)
    back = redirect("home_newsletter:inspect", issue.pk)
    if request.method != "POST":
        return back
    try:
        if act == "test":
            newsletter.send_test(issue, actor=request.user)
            messages.success(request, _("The test is on its way to your own address."))
        else:
            newsletter.send(issue, actor=request.user)
            messages.success(request, _("The issue is on its way to the subscribers."))
    except TransitionError as error:
        messages.error(request, str(getattr(error, "sentence", "") or error))
    return back


class IssueViewSet(ModelViewSet):
    """Issues of the newsletter."""

    model = NewsletterIssue
    name = "home_newsletter"
    url_prefix = "newsletter"
    icon = "mail"
    menu_label = _("Newsletter")
    menu_order = 211
    add_to_admin_menu = True
    inspect_view_enabled = True
    inspect_view_class = IssueInspectView
    edit_view_class = IssueEditView
    delete_view_class = IssueDeleteView
    inspect_template_name = "home/admin/issue.html"
    copy_view_enabled = False
    list_display = [
        TitleColumn(
            "subject",
            label=_("Subject"),
            get_url=lambda issue: reverse("home_newsletter:inspect", args=[issue.pk]),
        ),
        Column("get_language_display", label=_("Language")),
        Column("staff_state_label", label=_("State")),
        Column("count", label=_("Mails")),
        DateColumn("begun_at", label=_("Sent from")),
    ]
    list_filter = {"state": ["exact"], "language": ["exact"]}
    search_fields = ["subject"]
    search_backend_name = None

    @property
    def permission_policy(self) -> IssuePolicy:
        return IssuePolicy(self.model)

    def get_urlpatterns(self) -> list[URLPattern]:
        acts = [
            path(f"<int:pk>/{act}/", act_view, {"act": act}, name=act) for act in ("test", "send")
        ]
        return [*super().get_urlpatterns(), *acts]
