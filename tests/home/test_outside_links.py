"""Links to other sites: gathered from published texts, tried one by one, told after two days."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from core import ports
from core.models import SharedText
from home.admin import reports
from home.links import outside
from home.models.links import OutsideLink, Problem
from tests.factories.site import make_site


class Handler(BaseHTTPRequestHandler):
    """Answers with the number that the path is, and notes who asks."""

    asked: list[tuple[str, str]] = []

    def do_GET(self) -> None:
        self.asked.append((self.command, self.path))
        assert self.headers["User-Agent"].startswith("link check of http")
        if self.path == "/slow":
            time.sleep(1)
        if self.path == "/nonsense":
            self.wfile.write(b"what?\r\n\r\n")
            return
        wanted = self.path.strip("/").split("?")[0]
        status = int(wanted) if wanted.isdigit() else 200
        if self.path == "/only-get" and self.command == "HEAD":
            status = 405
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/404")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET

    def log_message(self, *words: object) -> None:
        """Nothing to the terminal."""


@pytest.fixture
def other(monkeypatch) -> Iterator[str]:
    """The address of another site, which runs on this machine."""
    monkeypatch.setattr(outside, "_is_public", lambda address: True)
    Handler.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/", ""), ("/ścieżka z odstępem?q=ż&x=%20#tu", ""), ("/only-get", ""), ("/302", ""),
        ("/403", ""), ("/429", ""), ("/503", ""), ("/404", Problem.GONE), ("/410", Problem.GONE),
        ("/500", Problem.FAILS), ("/nonsense", Problem.SILENT),
    ],
    ids=lambda value: "space" if " " in value else value,
)  # fmt: skip
def test_what_an_answer_means(other, path, problem):
    assert outside.within_patience(other + path) == problem
    assert len(Handler.asked) <= 2, "asked for its head, and once more at most; never redirected"


def test_sites_that_are_not_there(monkeypatch, other):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/"
    assert outside.problem_of(url) == Problem.SILENT
    assert outside.problem_of(other.replace("http:", "https:")) == Problem.SILENT
    assert outside.problem_of("http://[broken/") == Problem.UNKNOWN
    assert outside.problem_of(f"http://{'a' * 70}.example/") == Problem.UNKNOWN

    monkeypatch.setattr(outside, "PATIENCE_S", 0.2)
    assert outside.within_patience(f"{other}/slow") == Problem.SILENT

    def unknown(*args: object, **kwargs: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert outside.problem_of("https://nie-ma.example/") == Problem.UNKNOWN


def test_a_certificate_that_nobody_vouches_for(other, monkeypatch):
    def refuse(*args: object, **kwargs: object) -> None:
        raise ssl.SSLCertVerificationError

    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", refuse)
    assert outside.problem_of(other.replace("http:", "https:")) == Problem.CERTIFICATE


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "10.0.0.1", "192.168.1.1", "169.254.169.254", "[::1]", "2130706433",
     "0x7f.1", "[::ffff:127.0.0.1]", "[fd00::1]"],
)  # fmt: skip
def test_nothing_of_the_inner_network_is_asked(host, monkeypatch):
    def connected(*args: object, **kwargs: object) -> None:
        raise AssertionError("connected")

    monkeypatch.setattr(socket, "create_connection", connected)
    assert outside.problem_of(f"http://{host}/") in {Problem.PRIVATE, Problem.UNKNOWN}


def told() -> list[str]:
    return [row.cells[0] for row in reports.broken_links()]


def later(hours: int) -> None:
    for link in OutsideLink.objects.exclude(tried_at=None):
        link.tried_at -= timedelta(hours=hours)
        link.save()


@pytest.mark.django_db
def test_a_link_is_told_after_two_days_and_forgotten_when_it_answers(settings, other):
    settings.TRY_OUTSIDE_LINKS = True
    tree = make_site()
    good, bad, own = f"{other}/200", f"{other}/404", f"{settings.WAGTAILADMIN_BASE_URL}/nowina/"
    page = tree.news_item("Nowina", "nowina", body=[("paragraph", (
        f'<p><a href="{good}#a">a</a><a href="{good}#b">b</a><a href="mailto:a@b.example">c</a>'
        f'<a href="{own}">d</a></p>'
    ))])  # fmt: skip
    SharedText.objects.create(name="Kasa", title_pl="K", text_pl=f'<p><a href="{bad}">x</a></p>')
    jobs = {name: job.run for name, job in ports.jobs.items()}
    gather, try_next = jobs["home.links"], jobs["home.outside_links"]
    gather()
    gather()
    found = set(OutsideLink.objects.values_list("url", flat=True))
    assert {good, bad} <= found and own not in found
    OutsideLink.objects.exclude(url__in=[good, bad]).delete()
    for _minute in range(4):
        try_next()
    assert sorted(path for _method, path in Handler.asked) == ["/200", "/404", "/404"], "each once"
    assert bad not in " ".join(told()), "one failure may be a bad hour"
    later(25)
    try_next()
    try_next()
    assert sum(path == "/200" for _method, path in Handler.asked) == 1, "a good one rests a week"
    assert [words for words in told() if bad in words] == [
        f"{bad} – {reports.PROBLEMS[Problem.GONE]}"
    ]

    # Mended by its owner.
    OutsideLink.objects.filter(url=bad).update(url=f"{other}/201")
    later(25)
    try_next()
    assert OutsideLink.objects.get(url=f"{other}/201").failures == 0

    page.unpublish()
    SharedText.objects.all().delete()
    gather()
    assert not OutsideLink.objects.filter(url__startswith=other).exists()


@pytest.mark.django_db
def test_our_own_network_being_down_is_nobodys_broken_link(settings, monkeypatch):
    settings.TRY_OUTSIDE_LINKS = True
    OutsideLink.objects.all().delete()
    one, _two = [OutsideLink.objects.create(url=f"https://{name}.example/") for name in "ab"]
    monkeypatch.setattr(outside, "problem_of", lambda url: Problem.SILENT)
    for _try in range(4):
        outside.try_next()
        outside.try_next()
        later(25)
    assert set(OutsideLink.objects.values_list("failures", flat=True)) == {0}
    # It is up again, and one of them is not.
    monkeypatch.setattr(outside, "problem_of", lambda url: Problem.SILENT if "a." in url else "")
    OutsideLink.objects.update(tried_at=None)
    for _try in range(3):
        outside.try_next()
        outside.try_next()
        later(25)
    one.refresh_from_db()
    assert one.failures >= outside.TOLD_AFTER and one.problem == Problem.SILENT


@pytest.mark.django_db
def test_nobody_is_asked_where_it_is_switched_off(settings, monkeypatch):
    settings.TRY_OUTSIDE_LINKS = False
    make_site().news_item("N", "n", body=[("paragraph", '<a href="https://a.example/">x</a>')])
    monkeypatch.setattr(outside, "problem_of", lambda url: pytest.fail("asked"))
    outside.gather()
    OutsideLink.objects.create(url="https://a.example/")
    assert outside.try_next() is None
