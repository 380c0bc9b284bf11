"""Everything under `/konto/`: allauth's views, by Polish paths, and our own.

allauth finds its views by their names, so the paths are ours to choose. No page here is kept by
any cache, and each states who may open it and how often it may be tried.
"""

from __future__ import annotations

from collections.abc import Callable

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.usersessions import views as devices
from django.http import HttpResponse
from django.urls import URLPattern, path, re_path
from django.views.decorators.cache import never_cache

from accounts.limits import limited
from accounts.proof import fresh_proof_required
from accounts.views import data, home, proving, signing_in


def _page(
    route: str,
    view: Callable[..., HttpResponse],
    name: str,
    *,
    proof: bool = False,
    limit: str | None = None,
    regex: bool = False,
) -> URLPattern:
    """One address. `limit` counts what is sent, by visitor or by account."""
    if limit:
        view = limited(limit)(view)
    if proof:
        view = fresh_proof_required(view)
    return (re_path if regex else path)(route, never_cache(view), name=name)


signing_in_urls = [
    _page("logowanie/", signing_in.LoginView.as_view(), "account_login", limit="sign_in"),
    _page(
        "logowanie/kod/",
        account.request_login_code,
        "account_request_login_code",
        limit="ask_for_mail",
    ),
    _page(
        "logowanie/kod/wpisz/",
        account.confirm_login_code,
        "account_confirm_login_code",
        limit="sign_in",
    ),
    _page(
        "logowanie/drugi-skladnik/",
        signing_in.AuthenticateView.as_view(),
        "mfa_authenticate",
        limit="sign_in",
    ),
    _page("logowanie/klucz/", webauthn.login_webauthn, "mfa_login_webauthn", limit="sign_in"),
    _page("wylogowanie/", account.logout, "account_logout"),
    _page("wylogowano/", signing_in.signed_out, "account_signed_out"),
    _page("zamkniete/", account.account_inactive, "account_inactive"),
]

signing_up_urls = [
    _page("rejestracja/", signing_in.SignupView.as_view(), "account_signup", limit="ask_for_mail"),
    _page(
        "rejestracja/sprawdz-poczte/",
        account.email_verification_sent,
        "account_email_verification_sent",
    ),
    _page(
        r"^rejestracja/potwierdz/(?P<key>[-:\w]+)/$",
        signing_in.ConfirmEmailView.as_view(),
        "account_confirm_email",
        regex=True,
    ),
]

password_urls = [
    _page("nowe-haslo/", account.password_reset, "account_reset_password", limit="ask_for_mail"),
    _page("nowe-haslo/wyslane/", account.password_reset_done, "account_reset_password_done"),
    _page(
        r"^nowe-haslo/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        signing_in.PasswordResetFromKeyView.as_view(),
        "account_reset_password_from_key",
        limit="sign_in",
        regex=True,
    ),
    _page(
        "nowe-haslo/gotowe/",
        account.password_reset_from_key_done,
        "account_reset_password_from_key_done",
    ),
    _page("haslo/", account.password_change, "account_change_password", limit="change_account"),
    _page(
        "haslo/ustaw/",
        account.password_set,
        "account_set_password",
        proof=True,
        limit="change_account",
    ),
]

proof_urls = [
    _page("potwierdz/", account.reauthenticate, "account_reauthenticate", limit="sign_in"),
    _page("potwierdz/kod/", mfa.reauthenticate, "mfa_reauthenticate", limit="sign_in"),
    _page(
        "potwierdz/klucz/",
        signing_in.ReauthenticateByKeyView.as_view(),
        "mfa_reauthenticate_webauthn",
        limit="sign_in",
    ),
    _page(
        "potwierdz/e-mail/",
        proving.ProveByCodeView.as_view(),
        "account_prove_by_code",
        limit="sign_in",
    ),
]

second_factor_urls = [
    _page("drugi-skladnik/", home.second_factor_needed, "account_second_factor"),
    _page("zabezpieczenia/", mfa.index, "mfa_index"),
    _page(
        "zabezpieczenia/aplikacja/wlacz/",
        signing_in.ActivateAppView.as_view(),
        "mfa_activate_totp",
        proof=True,
    ),
    _page(
        "zabezpieczenia/aplikacja/wylacz/", totp.deactivate_totp, "mfa_deactivate_totp", proof=True
    ),
    _page(
        "zabezpieczenia/kody/",
        signing_in.RecoveryCodesView.as_view(),
        "mfa_view_recovery_codes",
        proof=True,
    ),
    _page(
        "zabezpieczenia/kody/nowe/",
        recovery.generate_recovery_codes,
        "mfa_generate_recovery_codes",
        proof=True,
    ),
    _page(
        "zabezpieczenia/kody/pobierz/",
        recovery.download_recovery_codes,
        "mfa_download_recovery_codes",
        proof=True,
    ),
    _page("zabezpieczenia/klucze/", webauthn.list_webauthn, "mfa_list_webauthn"),
    _page(
        "zabezpieczenia/klucze/dodaj/",
        signing_in.AddKeyView.as_view(),
        "mfa_add_webauthn",
        proof=True,
    ),
    _page(
        "zabezpieczenia/klucze/<int:pk>/nazwa/",
        webauthn.edit_webauthn,
        "mfa_edit_webauthn",
        proof=True,
    ),
    _page(
        "zabezpieczenia/klucze/<int:pk>/usun/",
        webauthn.remove_webauthn,
        "mfa_remove_webauthn",
        proof=True,
    ),
]

account_urls = [
    _page("", home.account_home, "account_home"),
    _page(
        "adres/",
        signing_in.EmailView.as_view(),
        "account_email",
        proof=True,
        limit="change_account",
    ),
    _page("imie/", home.name, "account_name", limit="change_account"),
    _page("urzadzenia/", devices.list_usersessions, "usersessions_list"),
    _page("dane/", data.notice, "account_data"),
    _page("dane/pobierz/<str:format>/", data.export, "account_data_export", proof=True),
    _page("dane/usun/", data.erase, "account_data_erase", proof=True),
    _page("dane/usunieto/", data.erased, "account_data_erased"),
]

urlpatterns = [
    *signing_in_urls,
    *signing_up_urls,
    *password_urls,
    *proof_urls,
    *second_factor_urls,
    *account_urls,
]

#: Wagtail's addresses for signing in and out. To stand before `wagtail.admin.urls`.
instead_of_wagtail = [
    path("admin/login/", never_cache(signing_in.admin_login)),
    path("admin/logout/", never_cache(account.logout)),
    re_path(r"^admin/password_reset/(?P<rest>.*)$", signing_in.admin_password_reset),
]

#: Wagtail's login for private pages. To stand before `wagtail.urls`.
private_page_login = never_cache(signing_in.private_page_login)
