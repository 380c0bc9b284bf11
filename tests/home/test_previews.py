"""What an editor sees before anything is saved: every type of page draws itself half-filled."""

from __future__ import annotations

import pytest
from django.test import RequestFactory
from wagtail.models import Page, get_page_models

from home.models import DeclarationPage, HomePage
from home.setup import setup_site

pytestmark = pytest.mark.django_db
TYPES = sorted(
    (model for model in get_page_models() if model is not Page), key=lambda one: one.__name__
)


@pytest.mark.parametrize("model", TYPES, ids=lambda one: one.__name__)
def test_a_page_that_nobody_has_filled_yet_can_be_previewed(model: type[Page]):
    home = setup_site()
    parent = Page.objects.get(depth=1) if model is HomePage else home
    page = model(title="Jeszcze bez treści", slug="jeszcze-bez-tresci", locale=home.locale)
    parent = parent.specific
    page.path, page.depth = parent._get_children_path_interval(parent.path)[1], parent.depth + 1
    page.set_url_path(parent)
    for field in page._meta.fields:  # an empty form field
        if field.get_internal_type() in {"DateField", "DateTimeField"} and field.model is model:
            setattr(page, field.attname, None)
    answer = page.make_preview_request(RequestFactory().get("/"))
    assert answer.status_code == 200
    words = answer.content.decode().replace("\u00a0", " ")
    # The statement has its own title in every language.
    assert ("Deklaracja dostępności" if model is DeclarationPage else page.title) in words


def test_a_preview_may_stand_in_a_frame_of_the_admin_and_a_page_in_none(client):
    home = setup_site()
    preview = home.make_preview_request(RequestFactory().get("/"))
    assert "frame-ancestors 'self'" in preview["Content-Security-Policy"]
    assert "script-src 'self';" in f"{preview['Content-Security-Policy']};"
    assert preview["X-Frame-Options"] == "SAMEORIGIN"
    page = client.get("/")
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"
