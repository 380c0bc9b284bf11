"""What forms say about personal data: all of it from the one register."""

import re

import pytest
from django.template.loader import get_template
from django.utils import translation

from core import ports
from tests.factories.people import UserFactory
from tests.factories.site import make_site

NOTICE = re.compile(r'{% data_notice "([a-z_.]+)" %}')
#: What draws the fields of a form; pages of buttons alone ask nothing.
ASKS = re.compile(r"form_field\.html|includes/fields\.html|question\.html|organisations %}")
#: Forms that ask nobody for data about themselves: codes, passwords, ballots, what is known.
WITHOUT = {
    "account": {
        "confirm_login_code", "data_erase", "login", "password_change", "password_reset",
        "password_reset_from_key", "password_set", "prove_by_code", "reauthenticate",
        "request_login_code",
    },
    "directory": {
        "organisation", "patronage", "units",
    },
    "incubator": {
        "summary",
    },
    "plebiscite": {
        "jury_sheet", "proposing_status",
    },
    "services_catalog": {
        "bookings/lost_link", "bookings/pin", "cases/case", "cases/lost_link", "cases/pin",
        "place/new",
    },
}  # fmt: skip
OWN = {
    "account": "accounts",
    "directory": "directory",
    "incubator": "incubator",
    "plebiscite": "plebiscite",
    "services_catalog/bookings": "services_catalog.bookings",
    "services_catalog/cases": "services_catalog.cases",
}


def forms(root, app):
    """The visitors' pages of an application that send something, by their name."""
    folder = root / "templates" / app
    for path in sorted(folder.rglob("*.html")):
        name = str(path.relative_to(folder).with_suffix(""))
        text = path.read_text()
        if 'method="post"' in text and ASKS.search(text) and not name.startswith("admin/"):
            yield name, text


@pytest.mark.parametrize("app", sorted(WITHOUT))
def test_every_form_that_asks_has_the_notice_of_its_part(root, app):
    found = dict(forms(root, app))
    assert not WITHOUT[app] - set(found), "these have gone: take them off the list"
    known = ports.personal_data.names()
    for name, text in found.items():
        told = NOTICE.findall(text)
        if name in WITHOUT[app]:
            assert not told, name
            continue
        where = f"{app}/{name}".rpartition("/")[0]
        assert told == [OWN[where]], f"{app}/{name}"
        assert set(told) <= set(known)
        get_template(f"{app}/{name}.html")


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["pl", "be", "en", "it"])
def test_forms_say_it_in_the_language_of_the_page(client, language):
    make_site()
    prefix = "" if language == "pl" else f"/{language}"
    with translation.override(language):
        notices = {name: provider.notice() for name, provider in ports.personal_data.items()}
        account = str(notices["accounts"].what)
        calls = str(notices["incubator"].retention)
    pages = {f"{prefix}/konto/rejestracja/": account, f"{prefix}/inkubator/powiadomienia/": calls}
    for path, words in pages.items():
        page = client.get(path)
        assert page.status_code == 200, path
        text = re.sub(r"\s+", " ", page.content.decode().replace("\u00a0", " "))
        assert re.sub(r"\s+", " ", words[:60].replace("\u00a0", " ")) in text, path
    client.force_login(UserFactory())
    page = client.get(f"{prefix}/konto/imie/")
    assert 'class="data-notice"' in page.content.decode()
