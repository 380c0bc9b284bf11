"""The commission and its clerks in a browser: set-up to the freeze, desk, two readings."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.demo import demo_user
from core.clock import database_now
from plebiscite import clock
from plebiscite.models import (
    Ballot,
    PaperBatch,
    ParticipationMark,
    Plebiscite,
    PointClerk,
    PollingPoint,
    Proposal,
)
from plebiscite.services import moving
from plebiscite.services.commission import paper
from tests.e2e.helpers import assert_accessible, assert_no_horizontal_scrolling
from tests.e2e.plebiscites import keep_files_of
from tests.factories import plebiscite as make
from tests.factories.polling import Polling, urn

CLERKS = ("punkt.anna", "punkt.piotr")
# Wagtail's own frame around our pages.
FRAME = ["#wagtail-sidebar", ".w-slim-header", "[data-sprite]"]


@pytest.fixture(autouse=True)
def _files_of_the_server(server, settings):
    keep_files_of(server, settings)


def address(login: str) -> str:
    return f"{login}@demo.hajnowka.example"


def look(page: Page) -> None:
    assert_accessible(page, exclude=FRAME)


def ahead(**fields: Any) -> Plebiscite:
    """Two accepted works, appeals over, voting tomorrow."""
    with clock.shifted(-1 * make.DAY):
        plebiscite = make.announced(days=-1.5, regulations_pl="", **fields)
        for seed in range(2):
            make.accepted(plebiscite, seed=seed)
    moving.make_keys(plebiscite.pk)
    moving.move(plebiscite, "open_appeals", actor=make.commission())
    return plebiscite


def voting_in_person(closes_in: timedelta = make.DAY) -> Polling:
    """A vote on paper and with an account at one point with the demo's two clerks."""
    now = database_now()
    with clock.shifted(-3 * make.DAY):
        plebiscite = make.announced(
            days=-3,
            channels=["account", "paper"],
            voting_closes_at=now + closes_in,
            results_at=now + closes_in + make.DAY,
            objections_until=now + closes_in + 2 * make.DAY,
        )
        for seed in range(3):
            make.accepted(plebiscite, seed=seed)
        point = PollingPoint.objects.create(
            plebiscite=plebiscite, name="Biblioteka", address="ul. Główna 1", hours="8–18"
        )
        clerks = [demo_user(login) for login in CLERKS]
        for clerk in clerks:
            PointClerk.objects.create(point=point, user=clerk)
    with clock.shifted(-1.5 * make.DAY):
        moving.make_keys(plebiscite.pk)
        moving.move(plebiscite, "open_appeals", actor=make.commission())
        make.together(plebiscite, "freeze")
    return Polling(moving.catch_up(plebiscite), point, clerks)


def test_the_set_up_from_the_first_step_to_the_freeze(server_data, open_page, sign_in):
    plebiscite = ahead()
    page = open_page()
    sign_in(page, address("komisja"))
    base = f"/admin/przygotowanie/{plebiscite.pk}/"
    page.goto(base)
    look(page)
    page.goto(f"{base}texts/")
    page.locator("[name=regulations_pl]").fill("§ 1. Każdy ma jeden głos.")
    look(page)
    for step, following in (("texts", "dates"), ("dates", "method"), ("method", "channels")):
        page.get_by_role("button", name="Zapisz i idź dalej").click()
        expect(page).to_have_url(re.compile(f"/{following}/$")), step
        look(page)
    page.locator("[name=channels][value=code]").check()
    page.get_by_role("button", name="Zapisz i idź dalej").click()
    expect(page).to_have_url(re.compile("/points/$"))
    for name, value in (("name", "Biblioteka"), ("address", "ul. Główna 1"), ("hours", "8–18")):
        page.locator(f"main [name={name}]").fill(value)
    for login in CLERKS:
        page.get_by_label(demo_user(login).get_full_name()).check()
    look(page)
    page.get_by_role("button", name="Zapisz", exact=True).click()
    expect(page.locator("main table")).to_contain_text("Biblioteka")
    page.goto(f"{base}codes/")
    page.locator("[name=size]").fill("3")
    with page.expect_download() as sheets:
        page.get_by_role("button", name="Zrób arkusze (PDF)").click()
    assert sheets.value.suggested_filename.endswith("-01.pdf")
    page.goto(f"{base}codes/")
    look(page)
    page.goto(f"{base}rehearsal/")
    look(page)
    page.goto(f"{base}freeze/")
    expect(page.locator("main")).to_contain_text("Biblioteka")
    look(page)
    page.get_by_role("button", name="Rozpocznij zamrożenie").click()
    expect(page.get_by_role("button", name="Cofnij")).to_be_visible()
    expect(page.get_by_role("button", name="Wszystko przeczytane: zamroź")).to_have_count(0)
    second = open_page()
    sign_in(second, address("komisja.druga"))
    second.goto(f"{base}freeze/")
    second.get_by_role("button", name="Wszystko przeczytane: zamroź").click()
    second.wait_for_load_state()
    plebiscite.refresh_from_db()
    assert plebiscite.state == "frozen"
    look(second)


def test_the_desk_by_keyboard_alone(server_data, open_page, sign_in):
    vote = voting_in_person()
    urn(vote, cards=5)
    page = open_page()
    sign_in(page, address(CLERKS[0]))
    page.goto(f"/admin/punkty/{vote.point.pk}/")
    look(page)
    keys = page.keyboard
    for _person in range(2):
        expect(page.locator("[name=name]")).to_be_focused()
        keys.type("Jan Kowalski")
        keys.press("Tab")
        keys.type("03051961")
        keys.press("Tab")
        keys.type("Lipowa 5")
        keys.press("Enter")
        if not _person:
            hand_out = page.locator("button[value=issue-paper]")
            expect(hand_out).to_be_focused()
            look(page)
            keys.press("Enter")
            expect(page.locator("main table")).to_contain_text("Jan Kowalski")
            expect(page.locator("[data-print]")).to_be_visible()
            look(page)
        following = page.locator("button[value=next]")
        expect(following).to_be_focused()
        if _person:
            expect(page.locator("main")).to_contain_text("Ta osoba dostała papierową kartę")
            look(page)
        keys.press("Enter")
    mark = ParticipationMark.objects.get(plebiscite=vote.plebiscite)
    assert (mark.channel, mark.point_id) == ("paper", vote.point.pk)


def test_two_clerks_read_blindly_and_settle_a_mismatch(server_data, open_page, sign_in):
    vote = voting_in_person(closes_in=timedelta(hours=-1))
    with clock.shifted(timedelta(hours=-2)):
        batch = urn(vote, cards=3)
    batch = paper.count_cards(batch, actor=vote.clerk, returned=3, unused=0, missing=0)
    pages = []
    for login, cards in zip(CLERKS, (["1", "2", "0"], ["1", "3", "0"]), strict=True):
        page = open_page()
        sign_in(page, address(login))
        page.goto(f"/admin/urny/{batch.pk}/")
        page.get_by_role("button", name="Zacznij mój odczyt").click()
        page.get_by_role("link", name="Wpisuj karty dalej").click()
        for number, typed in enumerate(cards, start=1):
            expect(page.get_by_label(f"Karta {number}", exact=True)).to_be_focused()
            page.keyboard.type(typed)
            if number == 2:
                look(page)
            page.keyboard.press("Enter")
        finish = page.get_by_role("button", name="Zakończ mój odczyt")
        expect(finish).to_be_focused()
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(f"/urny/{batch.pk}/$"))
        pages.append(page)
    for page in pages:
        page.goto(f"/admin/urny/{batch.pk}/")
        look(page)
        page.get_by_label("Karta 2", exact=True).fill("3")
        page.keyboard.press("Enter")
        page.wait_for_load_state()
    page.locator("[name=file]").set_input_files(
        {
            "name": "protokol.png",
            "mimeType": "image/png",
            "buffer": make.picture_file(1).read(),
        }
    )
    page.get_by_role("button", name="Dodaj skan").click()
    page.get_by_role("button", name="Zamknij pakiet").click()
    expect(page.get_by_role("button", name="Zamknij pakiet")).to_have_count(0)
    assert PaperBatch.objects.get(pk=batch.pk).state == "closed"
    found = Ballot.objects.filter(paper_batch=batch).values_list("payload", flat=True)
    assert sorted(found) == ["single:", "single:M1", "single:M3"]
    look(page)


def screens_of_the_commission() -> list[str]:
    """A page of every kind that the admin shows the commission, by what the demo has."""
    doors, colour, bench, bags = (
        Plebiscite.objects.get(slug=slug)
        for slug in (
            *("znak-na-drzwi-poczekalni", "kolor-lawek-na-peronie"),
            *("lawka-przed-stacja", "wzor-na-torby"),
        )
    )
    appealed = Proposal.objects.filter(state="appealed").earliest("number")
    return [
        reverse("plebiscite_plebiscites:index"),
        reverse("plebiscite_plebiscites:inspect", args=[doors.pk]),
        reverse("plebiscite_plebiscites:inspect", args=[bench.pk]),
        reverse("plebiscite_setup_step", args=[doors.pk, "points"]),
        reverse("plebiscite_paper_account", args=[colour.pk]),
        reverse("plebiscite_batch", args=[PaperBatch.objects.get(state="counted").pk]),
        reverse("plebiscite_proposals:index"),
        reverse("plebiscite_proposals:inspect", args=[appealed.pk]),
        reverse("plebiscite_objections:index"),
        reverse("plebiscite_objections:inspect", args=[bench.objections.latest("answer_due").pk]),
        reverse("plebiscite_juries:inspect", args=[bags.jury.pk]),
        reverse("plebiscite_sign_files", args=[bench.pk]),
        reverse("plebiscite_use_requests:index"),
    ]


def screens_of_a_clerk() -> list[str]:
    """The same for somebody who works at a polling point."""
    point = PollingPoint.objects.get(plebiscite__slug="znak-na-drzwi-poczekalni")
    return [
        reverse("plebiscite_points"),
        reverse("plebiscite_urns", args=[point.pk]),
        reverse("plebiscite_issue_list", args=[point.pk]),
        reverse("plebiscite_batch", args=[PaperBatch.objects.filter(point=point).first().pk]),
    ]


@pytest.mark.parametrize(
    ("login", "screens"),
    [("komisja", screens_of_the_commission), (CLERKS[0], screens_of_a_clerk)],
    ids=["commission", "clerk"],
)
def test_every_screen_is_accessible_and_fits_a_telephone(
    server_data, open_page, sign_in, login, screens
):
    page = open_page()
    sign_in(page, address(login))
    for path in screens():
        page.set_viewport_size({"width": 1280, "height": 800})
        answer = page.goto(path)
        assert answer.status == 200, path
        look(page)
        page.set_viewport_size({"width": 320, "height": 800})
        assert_no_horizontal_scrolling(page)
