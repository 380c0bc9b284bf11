"""Language by path, the security policy, the pause page."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import translation

from core.middleware import LanguageMiddleware


@pytest.mark.parametrize(
    ("path", "language"),
    [("/", "pl"), ("/uslugi/", "pl"), ("/en/uslugi/", "en"), ("/be/", "be"), ("/entry/", "pl")],
)
def test_the_path_alone_chooses_the_language(path, language):
    seen = []

    def view(request):
        seen.append(translation.get_language())
        return HttpResponse()

    request = RequestFactory().get(path, HTTP_ACCEPT_LANGUAGE="it", HTTP_COOKIE="language=be")
    response = LanguageMiddleware(view)(request)
    assert seen == [language]
    assert response["Content-Language"] == language
    assert "Vary" not in response


@pytest.mark.django_db
def test_public_answers_allow_nothing_inline_and_no_other_host(client):
    policy = client.get("/healthz")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.django_db
def test_the_admin_alone_is_relaxed_and_names_no_other_host(client):
    policy = client.get("/admin/")["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-inline'" in policy
    assert "http" not in policy
    assert "frame-ancestors 'self'" in policy


@pytest.mark.django_db
def test_a_paused_site_says_so_and_stays_alive(client, settings, tmp_path):
    settings.PAUSE_FILE = tmp_path / "pause"
    settings.PAUSE_FILE.touch()
    response = client.get("/uslugi/")
    assert response.status_code == 503
    assert response["Retry-After"] == "120"
    assert response["Cache-Control"] == "no-store"
    assert client.get("/healthz").status_code == 200
