"""What Wagtail brings for editors works with our pages, roles and pictures."""

from __future__ import annotations

from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from django.core.files.images import ImageFile
from PIL import Image
from wagtail.models import Comment

from accounts.roles import Role
from core.models import Picture
from tests.factories.people import person_with
from tests.factories.site import make_site


@pytest.fixture
def tree(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_site()


def test_a_remark_stands_beside_the_form(tree, client):
    page, editor = tree.news_item(), person_with(Role.EDITOR)
    Comment.objects.create(page=page, user=editor, text="Kiedy i gdzie?", contentpath="lead")
    client.force_login(person_with(Role.CHIEF_EDITOR))
    form = client.get(f"/admin/pages/{page.pk}/edit/").content.decode()
    assert "Kiedy i gdzie?" in form
    assert 'data-side-panel-toggle="comments"' in form


def test_two_versions_side_by_side(tree, client):
    page = tree.news_item("Stary tytuł")
    first = page.latest_revision
    page.title, page.lead = "Nowy tytuł", "Inny początek."
    second = page.save_revision()
    client.force_login(person_with(Role.EDITOR))
    answer = client.get(f"/admin/pages/{page.pk}/revisions/compare/{first.pk}...{second.pk}/")
    words = answer.content.decode()
    assert answer.status_code == 200
    assert '<span class="deletion">Stary</span>' in words
    assert '<span class="addition">Nowy</span>' in words


def test_a_locked_page_is_changed_by_nobody_else(tree, client):
    page = tree.news_item()
    chief, editor = person_with(Role.CHIEF_EDITOR), person_with(Role.EDITOR)
    client.force_login(editor)
    client.post(f"/admin/pages/{page.pk}/lock/")
    page.refresh_from_db()
    assert not page.locked, "an editor locks nothing"
    client.force_login(chief)
    client.get(f"/admin/pages/{page.pk}/lock/")
    page.refresh_from_db()
    assert not page.locked, "looking does not act"
    client.post(f"/admin/pages/{page.pk}/lock/")
    page.refresh_from_db()
    assert page.locked and page.locked_by == chief
    assert page.permissions_for_user(editor).page_locked()
    assert not page.permissions_for_user(chief).page_locked()
    client.force_login(editor)
    form = BeautifulSoup(client.get(f"/admin/pages/{page.pk}/edit/").content, "html.parser")
    buttons = form.select("footer button[type=submit]")
    assert buttons and all(button.has_attr("disabled") for button in buttons)


def test_the_point_of_a_picture_stays_in_every_size(tree):
    """Red on the left, blue on the right; somebody marked the right."""
    both = Image.new("RGB", (1200, 300), "#c00000")
    both.paste("#0000c0", (600, 0, 1200, 300))
    data = BytesIO()
    both.save(data, "PNG")
    picture = Picture.objects.create(
        title="Dwa", description="Dwa kolory.", file=ImageFile(BytesIO(data.getvalue()), "dwa.png")
    )
    for point, colour in ((100, 0), (1100, 2)):
        picture.focal_point_x, picture.focal_point_y = point, 150
        picture.focal_point_width = picture.focal_point_height = 100
        picture.save()
        with picture.get_rendition("fill-200x200|format-jpeg").file.open() as file:
            pixel = Image.open(file).convert("RGB").getpixel((100, 100))
        assert max(range(3), key=lambda one: pixel[one]) == colour


def test_several_pages_at_once_by_who_may(tree, client):
    pages = [tree.news_item(f"Nowina {n}", f"n{n}") for n in range(3)]
    path = "/admin/bulk/wagtailcore/page/unpublish/?next=/admin/&" + "&".join(
        f"id={page.pk}" for page in pages
    )
    for role, live in ((Role.EDITOR, True), (Role.CHIEF_EDITOR, False)):
        client.force_login(person_with(role))
        client.get(path)
        pages[0].refresh_from_db()
        assert pages[0].live, "looking does not act"
        client.post(path)
        for page in pages:
            page.refresh_from_db()
            assert page.live is live
