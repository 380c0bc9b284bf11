"""Staff get into the admin with a second factor or not at all, by whatever address."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth import views as django_auth
from django.contrib.auth.models import Group
from django.contrib.auth.tokens import default_token_generator
from django.core.files.base import ContentFile
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from wagtail.models import Collection, CollectionViewRestriction, PageViewRestriction

from accounts.models import User
from accounts.roles import Role
from core.models import PublicDocument
from home.setup import setup_site
from tests.accounts.conftest import PASSWORD, App, is_signed_in, sign_in, sign_in_with_app
from tests.factories.site import make_site

pytestmark = pytest.mark.django_db

NEEDED = "/konto/drugi-skladnik/"


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address of the site, as the text of its pattern."""
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, path)
        else:
            yield path, entry


def example(path: str) -> str:
    """An address that fits the pattern, as far as one can guess."""
    for kind, value in (("int", "1"), ("slug", "x"), ("str", "x"), ("uuid", "x"), ("path", "x")):
        path = re.sub(rf"<{kind}:\w+>", value, path)
    path = re.sub(r"<\w+>", "1", path)
    path = re.sub(r"\(\?P<\w+>(?:[^()]|\([^()]*\))*\)", "1", path)
    path = re.sub(r"\((?:[^()]|\([^()]*\))*\)", "1", path)
    return "/" + re.sub(r"[\^$?\\]", "", path)


def admin_paths() -> list[str]:
    """An example of every address under /admin/."""
    found = {
        example(path) for path, _entry in patterns(get_resolver()) if path.startswith("admin/")
    }
    assert len(found) > 150
    return sorted(found)


@pytest.fixture
def editor(make_person: Any) -> User:
    """Staff, with a password and no second factor."""
    setup_site()
    return make_person("ed@example.org", Role.CHIEF_EDITOR)


def with_password_alone(client: Client, user: User) -> None:
    """A session of staff that has seen no second factor, however it came about."""
    client.force_login(user)


def test_no_address_of_the_admin_opens(client, administrator, demanding):
    setup_site()
    with_password_alone(client, administrator)
    for path in admin_paths():
        for method in (client.get, client.post):
            answer = method(path)
            if path in {"/admin/login/", "/admin/logout/"} or "/password_reset/" in path:
                continue
            if method == client.get:
                assert answer.status_code == 302, path
                assert answer["Location"].startswith(NEEDED), path
            else:
                assert answer.status_code == 403, path
        if path == "/admin/logout/":
            assert not is_signed_in(client)
            with_password_alone(client, administrator)


def test_the_control_opens_without_the_demand(client, administrator):
    """The same session gets in where no second factor is demanded: the test above can fail."""
    setup_site()
    with_password_alone(client, administrator)
    assert client.get("/admin/").status_code == 200


def test_programs_get_a_plain_no(client, administrator, demanding):
    with_password_alone(client, administrator)
    answer = client.get("/admin/pages/", headers={"x-requested-with": "XMLHttpRequest"})
    assert answer.status_code == 403


def test_with_the_second_factor_it_opens(client, administrator, demanding):
    setup_site()
    sign_in_with_app(client, administrator, App(administrator))
    assert client.get("/admin/").status_code == 200


def test_a_second_factor_of_an_earlier_session_does_not_count(client, administrator, demanding):
    App(administrator)
    with_password_alone(client, administrator)
    answer = client.get("/admin/")
    assert answer["Location"].startswith(NEEDED)
    page = client.get(answer["Location"]).content.decode()
    assert reverse("mfa_reauthenticate") in page
    assert reverse("mfa_activate_totp") not in page


def test_using_it_later_opens_too(client, administrator, demanding):
    setup_site()
    app = App(administrator)
    with_password_alone(client, administrator)
    client.post(reverse("mfa_reauthenticate"), {"code": app.code()})
    assert client.get("/admin/").status_code == 200


def test_taking_it_off_closes_again(client, administrator, demanding):
    setup_site()
    sign_in_with_app(client, administrator, App(administrator))
    client.post(reverse("mfa_deactivate_totp"))
    assert client.get("/admin/")["Location"].startswith(NEEDED)


def test_a_mailed_code_is_no_second_factor(client, editor, demanding, post):
    client.post(reverse("account_request_login_code"), {"email": editor.email})
    client.post(reverse("account_confirm_login_code"), {"code": post.code(editor.email)})
    assert is_signed_in(client)
    assert client.get("/admin/")["Location"].startswith(NEEDED)


@pytest.mark.parametrize(
    "name", ["mfa_add_webauthn", "mfa_activate_totp", "mfa_view_recovery_codes", "account_email"]
)
def test_an_old_session_and_the_password_do_not_get_around_it(client, editor, demanding, name):
    """A session from before the second factor, with the password typed anew just now."""
    with_password_alone(client, editor)
    App(editor)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    answer = client.get(reverse(name))
    assert answer["Location"].startswith(reverse("mfa_reauthenticate"))


def test_recovery_codes_alone_are_none(client, editor, demanding):
    codes = RecoveryCodes.activate(editor).get_unused_codes()
    with_password_alone(client, editor)
    client.post(reverse("mfa_reauthenticate"), {"code": codes[0]})
    assert client.get("/admin/")["Location"].startswith(NEEDED)


def test_somebody_elses_second_factor_does_not_count(client, person, editor, demanding, app):
    """Records of the session belong to the account that made them."""
    sign_in_with_app(client, person, app)
    App(editor)
    records = dict(client.session)["account_authentication_methods"]
    with_password_alone(client, editor)
    session = client.session
    session["account_authentication_methods"] = records
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
    assert client.get("/admin/")["Location"].startswith(NEEDED)


# --- Wagtail's own ways in --------------------------------------------------------------------


def test_no_view_of_djangos_own_can_be_reached():
    """Enumerated: whatever Wagtail or a package adds, it must not know passwords by itself."""
    own = tuple(
        view
        for view in vars(django_auth).values()
        if isinstance(view, type)
        and issubclass(view, (django_auth.LoginView, django_auth.PasswordContextMixin))
    )
    suspects = {
        example(path)
        for path, entry in patterns(get_resolver())
        if issubclass(getattr(entry.callback, "view_class", object), own)
    }
    # Wagtail's, all of them shadowed: login, four steps of a reset, and the one for pages.
    assert len(suspects) >= 6
    for path in suspects:
        view = resolve(path.replace("//", "/")).func
        assert not issubclass(getattr(view, "view_class", object), own), path


@pytest.mark.parametrize(
    "path",
    [
        "/admin/login/",
        "/_util/login/",
        "/be/_util/login/",
        "/admin/password_reset/",
        "/admin/password_reset/done/",
        "/admin/password_reset/complete/",
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_they_lead_to_ours(client, editor, path, method):
    data = {"username": editor.email, "email": editor.email, "password": PASSWORD}
    answer = getattr(client, method)(path, data)
    assert answer.status_code == 302
    assert "/konto/" in answer["Location"]
    assert not is_signed_in(client)


def test_a_valid_link_of_djangos_reset_sets_nothing(client, editor):
    uid = urlsafe_base64_encode(force_bytes(editor.pk))
    token = default_token_generator.make_token(editor)
    for last in (token, "set-password"):
        path = f"/admin/password_reset/confirm/{uid}/{last}/"
        client.get(path)
        client.post(path, {"new_password1": "inne haslo 1", "new_password2": "inne haslo 1"})
    editor.refresh_from_db()
    assert editor.check_password(PASSWORD)
    assert not is_signed_in(client)


def test_wagtails_account_page_changes_neither_password_nor_address(client, editor):
    sign_in(client, editor)
    page = client.get(reverse("wagtailadmin_account"))
    assert page.status_code == 200
    assert b"password" not in page.content.lower().split(b"</head>")[1].split(b"<footer")[0]
    client.post(
        reverse("wagtailadmin_account"),
        {
            "name_email-email": "other@example.org",
            "email-email": "other@example.org",
            "password-new_password1": "inne haslo 1",
            "password-new_password2": "inne haslo 1",
            "password-old_password": PASSWORD,
        },
    )
    editor.refresh_from_db()
    assert editor.email == "ed@example.org"
    assert editor.check_password(PASSWORD)


def test_residents_get_a_plain_no_and_no_circle(client, person):
    setup_site()
    sign_in(client, person)
    answer = client.get("/admin/", follow=True)
    assert answer.status_code == 403
    assert len(answer.redirect_chain) == 1


def test_the_way_back_is_never_another_site(client, administrator):
    setup_site()
    sign_in(client, administrator)
    answer = client.get("/admin/login/", {"next": "https://evil.example/"})
    assert answer["Location"] == "/admin/"


# --- what staff see outside of /admin/ --------------------------------------------------------


def test_private_documents_need_it(client, editor, demanding):
    collection = Collection.get_first_root_node().add_child(name="Tylko dla zespołu")
    CollectionViewRestriction.objects.create(
        collection=collection, restriction_type=CollectionViewRestriction.LOGIN
    )
    document = PublicDocument.objects.create(
        title="Notatka", file=ContentFile(b"tresc", "notatka.txt"), collection=collection
    )
    assert client.get(document.url)["Location"].startswith("/_util/login/")
    with_password_alone(client, editor)
    assert client.get(document.url)["Location"].startswith(NEEDED)
    client.logout()
    sign_in_with_app(client, editor, App(editor))
    assert client.get(document.url).status_code == 200


def test_private_pages_need_it_and_public_ones_do_not(client, editor, demanding):
    tree = make_site()
    page = tree.standard("Dla zespołu", "dla-zespolu")
    with_password_alone(client, editor)
    request = RequestFactory().get(page.url)
    assert client.get(page.get_url(request)).status_code == 200
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    assert client.get(page.get_url(request))["Location"].startswith(NEEDED)


def test_invited_staff_can_get_in(client, administrator, make_person, demanding, post):
    """From the administrator's form to the first page of the admin."""
    setup_site()
    boss = Client()
    sign_in_with_app(boss, administrator, App(administrator))
    role = Group.objects.get(name=Role.EDITOR)
    answer = boss.post(
        reverse("wagtailusers_users:add"), {"email": "Nowa@Example.org", "groups": [role.pk]}
    )
    assert answer.status_code == 302, answer.content.decode()
    invitation = post.last("nowa@example.org")
    assert invitation.kind == "account.invitation"
    assert post.link("nowa@example.org") == reverse("account_request_login_code")
    client.post(reverse("account_request_login_code"), {"email": "nowa@example.org"})
    client.post(reverse("account_confirm_login_code"), {"code": post.code("nowa@example.org")})
    page = client.get("/admin/", follow=True).content.decode()
    assert reverse("mfa_activate_totp") in page
    client.get(reverse("mfa_activate_totp"))
    code = _first_code(client.session["mfa.totp.secret"])
    assert client.post(reverse("mfa_activate_totp"), {"code": code}).status_code == 302
    assert client.get("/admin/").status_code == 200


def _first_code(secret: str) -> str:
    counter = list(totp.yield_hotp_counters_from_time())[1]
    return totp.format_hotp_value(totp.hotp_value(secret, counter))
