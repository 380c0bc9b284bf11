"""Trying links to other sites: politely, seldom, and never inside the town's own network.

One link a minute, each once a week, and again after a day when it failed. Two failures are told.
Only the first answer counts: a redirect is an answer, and is not followed.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from datetime import timedelta
from urllib.parse import SplitResult, quote, urlsplit

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from home.links.finding import links
from home.models.links import OutsideLink, Problem

PATIENCE_S = 5
AGAIN = timedelta(days=7)
AGAIN_AFTER_FAILURE = timedelta(days=1)
#: So many failures in a row are told to editors.
TOLD_AFTER = 2
# Answers of sites that are there, but talk to browsers or to signed-in people alone.
_REFUSALS = {401, 403, 405, 406, 407, 418, 421, 426, 429, 451, 503, 999}
# What may as well be a fault of our own network.
_UNREACHED = {Problem.UNKNOWN, Problem.SILENT}


def gather() -> None:
    """Brings the table in step with what published texts link to. Nothing where it is off."""
    if not settings.TRY_OUTSIDE_LINKS:
        return
    wanted = {address for one in links() for address in one.outside}
    known = set(OutsideLink.objects.values_list("url", flat=True))
    OutsideLink.objects.filter(url__in=known - wanted).delete()
    OutsideLink.objects.bulk_create(
        [OutsideLink(url=address) for address in sorted(wanted - known)], ignore_conflicts=True
    )


def try_next() -> OutsideLink | None:
    """Tries the link that has waited longest; gives it, or nothing when none is due."""
    if not settings.TRY_OUTSIDE_LINKS:
        return None
    now = timezone.now()
    due = Q(tried_at=None) | Q(tried_at__lt=now - AGAIN)
    due |= ~Q(problem="") & Q(tried_at__lt=now - AGAIN_AFTER_FAILURE)
    waiting = OutsideLink.objects.filter(due)
    link = waiting.order_by(F("tried_at").asc(nulls_first=True), "pk").first()
    if link is None:
        return None
    problem = within_patience(link.url)
    link.tried_at, link.problem = now, problem
    if not problem:
        link.failures, link.answered_at = 0, now
    elif problem not in _UNREACHED or _others_answer(link):
        link.failures += 1
    link.save()
    return link


def _others_answer(link: OutsideLink) -> bool:
    """Whether this server has reached another site of late; else the fault may be its own."""
    lately = timezone.now() - AGAIN
    return OutsideLink.objects.exclude(pk=link.pk).filter(answered_at__gt=lately).exists()


def within_patience(url: str) -> str:
    """`problem_of`, given up after some seconds whatever the network does: others wait for it."""
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(problem_of(url)), daemon=True)
    thread.start()
    thread.join(2 * PATIENCE_S)
    return found[0] if found else Problem.SILENT


def problem_of(url: str) -> str:
    """Why an address does not answer; "" when it does. Asks for its head alone where it can."""
    try:
        parts = urlsplit(url)
        address = _public_address(parts)
        if address is None:
            return Problem.PRIVATE
        status = _ask("HEAD", parts, address)
        if status in {400, 404, 405, 500, 501}:
            # Some sites answer only to those who want to read.
            status = _ask("GET", parts, address)
    except ssl.SSLCertVerificationError:  # which is a ValueError too
        return Problem.CERTIFICATE
    except (socket.gaierror, ValueError):
        return Problem.UNKNOWN
    except (OSError, http.client.HTTPException):
        return Problem.SILENT
    if status in {404, 410}:
        return Problem.GONE
    return Problem.FAILS if status >= 400 and status not in _REFUSALS else ""


def _public_address(parts: SplitResult) -> str | None:
    """A numeric address of the host, unless one of them lies in a private network."""
    if not parts.hostname:
        raise ValueError("an address without a host")
    found = socket.getaddrinfo(parts.hostname, _port(parts), type=socket.SOCK_STREAM)
    addresses = [str(one[4][0]) for one in found]
    return addresses[0] if all(map(_is_public, addresses)) else None


def _is_public(address: str) -> bool:
    return ipaddress.ip_address(address.partition("%")[0]).is_global


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _ask(method: str, parts: SplitResult, address: str) -> int:
    """The status of the first answer of that numeric address, asked under the host's own name."""
    host = (parts.hostname or "").encode("idna").decode("ascii")
    connection = http.client.HTTPConnection(host, _port(parts), timeout=PATIENCE_S)
    # Connected to the address that was looked at: a name may lead elsewhere a moment later.
    connection.sock = socket.create_connection((address, _port(parts)), timeout=PATIENCE_S)
    try:
        if parts.scheme == "https":
            context = ssl.create_default_context()
            connection.sock = context.wrap_socket(connection.sock, server_hostname=host)
        path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
        if parts.query:
            path += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]")
        name = f"[{host}]" if ":" in host else host
        headers = {
            "Host": f"{name}:{parts.port}" if parts.port else name,
            "User-Agent": f"link check of {settings.WAGTAILADMIN_BASE_URL}",
        }
        connection.request(method, path, headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()
