"""Private links: kept as a digest, good for one purpose, and looking at them does nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.test import Client
from django.urls import path
from django.utils import timezone, translation

from config.urls import urlpatterns as site_urls
from core.tokens import TokenRefused, issue, peek, prune, redeem, revoke
from core.tokens.access import Reason
from core.tokens.models import AccessToken
from core.tokens.views import Question, TokenView

DAY = timedelta(days=1)


class Rename(TokenView):
    """Renames a group, or fails when the group is called so."""

    purpose = "test.rename"

    def question(self, token: AccessToken) -> Question:
        group = Group.objects.get(pk=token.object_id)
        return Question(heading="Rename?", text=f"This renames “{group.name}”.", button="Do it")

    def act(self, token: AccessToken) -> HttpResponse:
        group = Group.objects.get(pk=token.object_id)
        if group.name == "stubborn":
            raise PermissionError
        Group.objects.filter(pk=group.pk).update(name=f"{group.name}!")
        return HttpResponseRedirect("/renamed/")


urlpatterns = [path("link/<str:token>/", Rename.as_view()), *site_urls]


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """Sentences are compared as they stand in the code."""
    with translation.override("en"):
        yield


@pytest.fixture
def group(db: None) -> Group:
    return Group.objects.create(name="Archers")


def refusal(action: Callable[..., object], *args: object) -> Reason:
    with pytest.raises(TokenRefused) as error:
        action(*args)
    return error.value.reason


class TestTokens:
    def test_the_text_is_long_and_fits_an_address(self, group: Group) -> None:
        texts = {issue("test.rename", group, lifetime=DAY) for _step in range(50)}
        assert len(texts) == 50
        assert {len(text) for text in texts} == {43}
        assert all(text.replace("-", "").replace("_", "").isalnum() for text in texts)

    def test_the_text_is_stored_nowhere(self, group: Group) -> None:
        text = issue("test.rename", group, lifetime=DAY)
        with connection.cursor() as cursor:
            cursor.execute("SELECT core_accesstoken::text FROM core_accesstoken")
            ((row,),) = cursor.fetchall()
        assert text not in row
        assert text.encode().hex() not in row

    def test_looking_changes_nothing(self, group: Group) -> None:
        text = issue("test.rename", group, lifetime=DAY)
        before = AccessToken.objects.values().get()
        for _step in range(3):
            assert peek(text, "test.rename").target == ("auth.group", str(group.pk))
        assert AccessToken.objects.values().get() == before

    def test_it_is_used_once(self, group: Group) -> None:
        text = issue("test.rename", group, lifetime=DAY)
        token = redeem(text, "test.rename")
        assert (token.uses, token.target.id) == (1, str(group.pk))
        assert token.used_at is not None
        assert refusal(redeem, text, "test.rename") is Reason.USED
        assert refusal(peek, text, "test.rename") is Reason.USED

    @pytest.mark.parametrize(("max_uses", "possible"), [(3, 3), (None, 9)])
    def test_or_as_often_as_it_says(
        self, group: Group, max_uses: int | None, possible: int
    ) -> None:
        text = issue("test.rename", group, lifetime=DAY, max_uses=max_uses)
        done = 0
        for _step in range(9):
            try:
                redeem(text, "test.rename")
            except TokenRefused:
                break
            done += 1
        assert done == possible

    @pytest.mark.parametrize("act", [peek, redeem])
    def test_another_purpose_does_not_know_it(
        self, group: Group, act: Callable[..., object]
    ) -> None:
        text = issue("test.rename", group, lifetime=DAY)
        assert refusal(act, text, "test.delete") is Reason.UNKNOWN
        assert refusal(act, text[:-1], "test.rename") is Reason.UNKNOWN
        assert refusal(act, "", "test.rename") is Reason.UNKNOWN
        assert refusal(act, "ż\x00", "test.rename") is Reason.UNKNOWN

    @pytest.mark.parametrize("act", [peek, redeem])
    def test_its_time_ends(self, group: Group, act: Callable[..., object]) -> None:
        text = issue("test.rename", group, lifetime=DAY)
        AccessToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        assert refusal(act, text, "test.rename") is Reason.EXPIRED

    def test_it_can_be_revoked_by_purpose_or_altogether(self, group: Group) -> None:
        other = Group.objects.create(name="other")
        texts = [issue("test.rename", group, lifetime=DAY), issue("test.b", group, lifetime=DAY)]
        foreign = issue("test.rename", other, lifetime=DAY)
        assert revoke(group, purpose="test.rename") == 1
        assert refusal(redeem, texts[0], "test.rename") is Reason.REVOKED
        assert peek(texts[1], "test.b")
        assert revoke(group) == 1
        assert refusal(peek, texts[1], "test.b") is Reason.REVOKED
        assert peek(foreign, "test.rename")

    @pytest.mark.database
    def test_the_database_itself_counts_uses(self, group: Group) -> None:
        issue("test.rename", group, lifetime=DAY)
        with pytest.raises(IntegrityError), transaction.atomic():
            AccessToken.objects.update(uses=2)

    def test_old_ones_are_forgotten(self, group: Group) -> None:
        issue("test.rename", group, lifetime=DAY)
        issue("test.rename", group, lifetime=-timedelta(days=29))
        issue("test.rename", group, lifetime=-timedelta(days=31))
        assert prune() == 1
        assert AccessToken.objects.count() == 2


@pytest.mark.urls(__name__)
class TestPage:
    @pytest.fixture
    def url(self, group: Group) -> str:
        return f"/link/{issue('test.rename', group, lifetime=DAY)}/"

    @pytest.mark.parametrize("method", ["get", "head", "options"])
    def test_only_the_button_acts(
        self, client: Client, group: Group, url: str, method: str
    ) -> None:
        before = AccessToken.objects.values().get()
        for _step in range(2):
            getattr(client, method)(url)
        assert AccessToken.objects.values().get() == before
        group.refresh_from_db()
        assert group.name == "Archers"

    def test_it_asks_first(self, client: Client, url: str) -> None:
        response = client.get(url)
        assert response.status_code == 200
        page = response.content.decode()
        assert "This renames “Archers”." in page
        assert 'method="post"' in page
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert not response.cookies

    def test_the_button_acts_once(self, group: Group, url: str) -> None:
        # As a browser does it from a page with no-referrer: no cookie, `Origin: null`.
        browser = Client(enforce_csrf_checks=True, headers={"Origin": "null"})
        response = browser.post(url)
        assert response.status_code == 302
        assert response.headers["Location"] == "/renamed/"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        group.refresh_from_db()
        assert group.name == "Archers!"
        again = browser.post(url)
        assert again.status_code == 410
        group.refresh_from_db()
        assert group.name == "Archers!"

    @pytest.mark.parametrize("site", ["cross-site", "same-site"])
    def test_other_sites_cannot_press_it(
        self, client: Client, group: Group, url: str, site: str
    ) -> None:
        response = client.post(url, headers={"Sec-Fetch-Site": site})
        assert response.status_code == 403
        group.refresh_from_db()
        assert group.name == "Archers"
        assert client.post(url, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 302

    @pytest.mark.parametrize("method", ["put", "patch", "delete"])
    def test_nothing_else_is_allowed(self, client: Client, url: str, method: str) -> None:
        assert getattr(client, method)(url).status_code == 405

    def test_what_fails_does_not_use_the_token_up(
        self, client: Client, group: Group, url: str
    ) -> None:
        Group.objects.filter(pk=group.pk).update(name="stubborn")
        with pytest.raises(PermissionError):
            client.post(url)
        assert AccessToken.objects.get().uses == 0

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_an_unknown_link_says_so(self, client: Client, db: None, method: str) -> None:
        response = getattr(client, method)("/link/unknown/")
        assert response.status_code == 404
        assert response.headers["Cache-Control"] == "no-store"
        assert b'type="submit"' not in response.content

    def test_a_link_that_is_over_says_so(self, client: Client, group: Group, url: str) -> None:
        revoke(group)
        assert client.get(url).status_code == 410


@pytest.mark.database
@pytest.mark.concurrency
class TestConcurrency:
    def _race(self, together: Callable[..., list[Any]], use: Callable[[str], object]) -> int:
        group = Group.objects.create(name="raced")
        text = issue("test.rename", group, lifetime=DAY)
        results = together(*[lambda: use(text)] * 12)
        return sum(not isinstance(result, Exception) for result in results)

    def test_twelve_presses_at_once_act_once(self, together: Callable[..., list[Any]]) -> None:
        def use(text: str) -> None:
            with transaction.atomic():
                redeem(text, "test.rename")

        assert self._race(together, use) == 1
        assert AccessToken.objects.get().uses == 1

    def test_control_without_the_lock_several_do(self, together: Callable[..., list[Any]]) -> None:
        from threading import Barrier

        barrier = Barrier(12)

        def use(text: str) -> None:
            with transaction.atomic():
                peek(text, "test.rename")
                barrier.wait(20)

        assert self._race(together, use) > 1

    def test_outside_of_a_transaction_none_is_redeemed(self) -> None:
        group = Group.objects.create(name="Archers")
        text = issue("test.rename", group, lifetime=DAY)
        with pytest.raises(transaction.TransactionManagementError):
            redeem(text, "test.rename")

    def test_a_press_and_a_revocation_do_not_lock_each_other_out(
        self, together: Callable[..., list[Any]]
    ) -> None:
        for _round in range(10):
            group = Group.objects.create(name=f"group {_round}")
            text = issue("test.rename", group, lifetime=DAY)

            def press(text: str = text) -> object:
                view = Rename()
                return view.post(None, token=text)  # type: ignore[arg-type]

            def change(group: Group = group) -> int:
                with transaction.atomic():
                    Group.objects.select_for_update().get(pk=group.pk)
                    return revoke(group)

            pressed, revoked = together(press, change)
            assert revoked == 1
            assert isinstance(pressed, HttpResponse | TokenRefused)
