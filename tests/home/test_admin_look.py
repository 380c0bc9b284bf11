"""The admin under the town's name: title, mark, help, numbers of things."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.contrib.staticfiles import finders
from django.test import Client
from wagtail.admin.paginator import WagtailPaginator

from accounts.models import User


@pytest.mark.django_db
def test_the_admin_is_the_towns(client: Client) -> None:
    client.force_login(User.objects.create_user("redakcja@example.org", is_superuser=True))
    answer = client.get("/admin/")
    assert answer.status_code == 200
    page = BeautifulSoup(answer.content, "html.parser")
    assert page.title is not None
    assert page.title.get_text(strip=True).endswith("- Hajnówka OdNowa")
    logo = page.select_one("template[data-wagtail-sidebar-branding-logo] img")
    assert logo is not None
    assert logo["alt"] == ""
    assert str(logo["src"]).endswith("img/mark.svg")
    assert finders.find("img/mark.svg")
    icons = [str(link["href"]) for link in page.select("link[rel~=icon]")]
    assert icons == [logo["src"]]

    # Help links to nothing in English, and stays for the keyboard shortcuts.
    text = answer.content.decode()
    assert "guide.wagtail.org" not in text
    assert "wagtail.org/" not in text
    assert "editor-guide" not in text
    assert "keyboard-shortcuts-trigger" in text
    assert "Search term" not in text
    assert "Toggle " not in text


@pytest.mark.parametrize("number", [1, 2, 5, 22])
def test_the_number_of_things_is_right_for_every_number(number: int) -> None:
    assert WagtailPaginator(range(number), 20).items_count_label == f"Łącznie: {number}"
