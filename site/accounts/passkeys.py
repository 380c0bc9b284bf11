"""Where passkeys can work at all. Browsers tie a key to a name, and refuse it for a bare number."""

from __future__ import annotations

import ipaddress

from django.http import HttpRequest
from django.http.request import split_domain_port


def are_possible(request: HttpRequest) -> bool:
    """Whether the visitor came by a name (`localhost` is one) and not by a bare IP address."""
    host, _port = split_domain_port(request.get_host())
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return bool(host)
    return False
