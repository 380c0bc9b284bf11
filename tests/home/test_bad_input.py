"""What an import, a deletion or a broken file leaves: no error for readers, told to editors."""

from __future__ import annotations

import io
import json
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from icalendar import Calendar
from PIL import Image
from wagtail.models import Comment

from accounts.roles import Role
from core.models import Picture, PublicDocument, SharedText
from core.scheduling import publish_scheduled
from home.calendars import calendar_of
from home.models import GalleryPage, NewsPage
from home.recurrence import Every, Rule, occurrences
from services_catalog.models import Service, ServiceProvider
from tests.factories.catalogue import OrganisationFactory, RoomFactory, ServiceFactory
from tests.factories.pages import make_picture
from tests.factories.people import person_with
from tests.factories.site import make_site

WARSAW = ZoneInfo("Europe/Warsaw")


@pytest.fixture
def tree(db):
    return make_site()


def image(width: int, height: int, mode: str = "RGB", kind: str = "PNG") -> bytes:
    data = io.BytesIO()
    Image.new(mode, (width, height)).save(data, kind)
    return data.getvalue()


FILES = {
    "words": ("a.jpg", b"hello", "nie jest grafik"),
    "a drawing with a script": (
        "a.svg",
        b"<svg><script/></svg>",
        "Nieobsługiwany format",
    ),
    "half of a picture": ("t.png", image(500, 500)[:150], "uszkodzony"),
    "a picture without its end": ("t.jpg", image(500, 500, kind="JPEG")[:-200], "uszkodzony"),
    "more pixels than memory": ("h.png", image(20_000, 20_000, "1"), "za dużo pikseli"),
    "another kind than its name": ("e.jpg", image(9, 9), "nie pasuje do formatu"),
    "grey of sixteen bits": ("g.png", image(50, 50, "I;16"), "narysować w innych rozmiarach"),
    "nothing": ("n.png", b"", "pusty"),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_cannot_be_shown_is_refused_with_a_reason(kind, tree, client):
    client.force_login(person_with(Role.EDITOR))
    name, data, reason = FILES[kind]
    one = client.post(
        "/admin/images/add/",
        {"title": "x", "description": "x", "collection": 1, "file": SimpleUploadedFile(name, data)},
    )
    assert one.status_code == 200
    assert reason in one.content.decode().replace("\xa0", " ")
    many = client.post(
        "/admin/images/multiple/add/",
        {"title": "x", "files[]": SimpleUploadedFile(name, data)},
        headers={"X-Requested-With": "XMLHttpRequest"},
    )
    assert many.json()["success"] is False
    assert reason in many.json()["error_message"].replace("\xa0", " ")
    assert not Picture.objects.exists()


def test_good_pictures_of_every_kind_are_taken_whatever_their_names(tree, client):
    client.force_login(person_with(Role.EDITOR))
    for number, (mode, kind, end) in enumerate(
        (("CMYK", "JPEG", "jpg"), ("P", "GIF", "gif"), ("RGBA", "PNG", "png"), ("LA", "PNG", "png"))
    ):
        name = f"{'ż' * 300}{number}.{end}"
        file = SimpleUploadedFile(name, image(300, 200, mode, kind))
        values = {"title": str(number), "description": "x", "collection": 1, "file": file}
        assert client.post("/admin/images/add/", values).status_code == 302, mode
    for picture in Picture.objects.all():
        page = tree.news_item("N", f"n{picture.pk}", cover=picture)
        soup = BeautifulSoup(client.get(page.url).content, "html.parser")
        assert soup.select_one("main picture img")["width"] != "0"
    assert Picture.objects.count() == 4


def test_a_picture_damaged_on_the_disk_leaves_the_page_standing(tree, client):
    page = tree.news_item(cover=make_picture())
    with page.cover.file.storage.open(page.cover.file.name, "wb") as file:
        file.write(image(50, 50, "I;16"))
    page.cover.renditions.all().delete()
    assert client.get(page.url).status_code == 200


#: A block and values that no form of ours can write.
WRONG = {
    "table": ["x", 5, {"data": 5}, {"data": [5]}],
    "figures": [{"items": None}, {"items": [{"value": 5}]}, 7],
    "timeline": [{"items": "x"}],
    "accordion": [{"items": [{"question": None, "answer": None}]}],
    "live": [{"platform": None, "number": "x"}],
    "quote": [None, "x", {"text": 5}],
    "callout": [[]],
    "heading": [None, 5],
    "subheading": [{}],
    "paragraph": [None, 5],
    "shared": ["x", {}],
    "downloads": [{"items": None}, {"items": ["x"]}],
    "cards": [{"items": [{"page": "abc"}]}],
    "image": [None, "x", {"image": {"image": "x"}}],
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_block_of_a_wrong_shape_is_left_out_and_told(kind, tree, client):
    page = tree.news_item("Zła", "zla", lead="Stoi.")
    chief = person_with(Role.CHIEF_EDITOR)
    good = {"type": "paragraph", "value": "<p>Reszta zostaje.</p>", "id": "a"}
    for value in WRONG[kind]:
        body = json.dumps([{"type": kind, "value": value}, good, good])
        NewsPage.objects.filter(pk=page.pk).update(body=body, latest_revision=None)
        client.logout()
        answer = client.get(page.url)
        assert answer.status_code == 200, value
        assert answer.content.decode().replace("\xa0", " ").count("Reszta zostaje.") == 2, value
        client.force_login(chief)
        form = client.get(f"/admin/pages/{page.pk}/edit/")
        assert form.status_code == 200, value
        said = BeautifulSoup(form.content, "html.parser").select_one(".messages").text
        assert "uszkodzone" in said, value


@pytest.mark.parametrize(
    "raw", ["[1, 2]", '{"a": 1}', '"x"', '[{"type": "image"}]', "[[]]", "5", '[{"value": 1}]']
)
def test_a_whole_field_of_a_wrong_shape_shows_nothing(raw, tree, client):
    page = tree.add(tree.home, GalleryPage(title="G", slug="g", body=[]))
    GalleryPage.objects.filter(pk=page.pk).update(body=raw)
    assert client.get(page.url).status_code == 200
    client.force_login(person_with(Role.CHIEF_EDITOR))
    assert "uszkodzone" in client.get(f"/admin/pages/{page.pk}/edit/").content.decode()


def test_a_link_that_does_not_say_where_is_no_error_for_its_editor(tree, client):
    page = tree.news_item("Zła", "zla")
    body = [{"type": "paragraph", "value": "<p>a <a linktype='page'>b</a></p>"}]
    NewsPage.objects.filter(pk=page.pk).update(body=json.dumps(body), latest_revision=None)
    assert client.get(page.url).status_code == 200
    client.force_login(person_with(Role.CHIEF_EDITOR))
    answer = client.get(f"/admin/pages/{page.pk}/edit/")
    assert answer.status_code == 200
    assert "uszkodzone" not in answer.content.decode()


def test_an_old_version_opens_and_publishes_when_all_it_shows_is_gone(tree, client):
    picture, target = make_picture("A"), tree.standard("Cel", "cel")
    document = PublicDocument.objects.create(title="d", file=ContentFile(b"x", name="x.txt"))
    shared = SharedText.objects.create(name="G", title_pl="G", text_pl="<p>x</p>")
    room, organiser = RoomFactory(), OrganisationFactory()
    link = f'<p><a linktype="page" id="{target.pk}">x</a></p>'
    event = tree.event(room=room, place="Rynek", organiser=organiser, cover=picture, body=[
        ("paragraph", link), ("downloads", {"items": [document]}), ("shared", shared),
        ("cards", {"items": [{"title": "c", "text": "", "page": target, "url": ""}]}),
    ])  # fmt: skip
    old = event.save_revision()
    event.room = event.organiser = event.cover = None
    event.body = []
    event.save_revision().publish()
    for gone in (picture, document, target, shared, room, organiser):
        gone.delete()
    client.force_login(person_with(Role.CHIEF_EDITOR))
    for way in ("view", "revert"):
        assert client.get(f"/admin/pages/{event.pk}/revisions/{old.pk}/{way}/").status_code == 200
    old.publish()
    client.logout()
    for path in (event.url, tree.events.url, f"{event.url}wydarzenie.ics", "/dane/wydarzenia.csv"):
        assert client.get(path).status_code == 200, path


def test_a_version_that_cannot_be_published_at_its_hour_holds_up_no_other(tree, client):
    room, author = RoomFactory(), person_with(Role.CHIEF_EDITOR)
    event, news = tree.event(room=room, place=""), tree.news_item("Dziś", "dzis")
    past = timezone.now() - timedelta(hours=1)
    for page, title, hour in ((event, "Nowy wieczór", past), (news, "Jutro", past)):
        page.title = title
        page.save_revision(user=author, approved_go_live_at=hour)
    type(event).objects.filter(pk=event.pk).update(room=None, place="Rynek")
    room.delete()
    for _again in range(2):
        publish_scheduled()
    event.refresh_from_db()
    news.refresh_from_db()
    assert (event.title, news.title) == ("Spotkanie", "Jutro")
    (remark,) = Comment.objects.filter(page=event)
    assert "Wybierz pomieszczenie albo wpisz miejsce" in remark.text
    assert not Comment.objects.filter(page=news).exists()
    client.force_login(author)
    assert "o swojej godzinie" in client.get("/admin/raporty/uwagi/").content.decode()


def test_a_card_that_leads_to_an_unpublished_page_is_no_link(tree, client):
    target = tree.standard("Cel", "cel")
    card = {"title": "Dalej", "text": "", "page": target, "url": ""}
    page = tree.news_item(body=[("cards", {"items": [card]})])
    assert b'href="/cel/"' in client.get(page.url).content
    target.unpublish()
    answer = client.get(page.url)
    assert b'href="/cel/"' not in answer.content and b"Dalej" in answer.content


def test_an_old_version_of_a_service_forgets_a_provider_that_is_gone(tree):
    service = ServiceFactory()
    ServiceProvider.objects.create(service=service, organisation=OrganisationFactory())
    gone = OrganisationFactory()
    ServiceProvider.objects.create(service=service, organisation=gone)
    old = Service.objects.get(pk=service.pk).save_revision()
    ServiceProvider.objects.filter(organisation=gone).delete()
    gone.delete()
    assert old.as_object().providers.count() == 1


def test_the_night_without_an_hour_has_an_event_as_long_as_others():
    """On 28 March 2027 there is no half past two."""
    start = datetime(2027, 3, 21, 2, 30, tzinfo=WARSAW)
    rule = Rule(Every.WEEK, date(2027, 4, 4))
    found = occurrences(start, start + timedelta(minutes=30), rule)
    assert [one.ends_at - one.starts_at for one in found] == [timedelta(minutes=30)] * 3


def test_a_slip_in_a_year_is_told_and_stops_in_calendars_as_on_the_page(tree):
    start = timezone.now() + timedelta(days=3)
    values = {"starts_at": start, "ends_at": start + timedelta(hours=1), "repeats": "week"}
    with pytest.raises(ValidationError) as error:
        tree.event("Zły", "zly", repeats_until=date(2096, 1, 1), **values)
    assert "repeats_until" in error.value.message_dict
    page = tree.event("Dobry", "dobry", repeats_until=start.date() + timedelta(days=30), **values)
    page.repeats_until = date(2096, 1, 1)
    (entry,) = Calendar.from_ical(calendar_of([page]).to_ical()).walk("VEVENT")
    last = page.occurrences()[-1].starts_at.astimezone(WARSAW).date()
    assert entry["rrule"]["until"][0].astimezone(WARSAW).date() == last
