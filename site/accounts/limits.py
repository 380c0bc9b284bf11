"""How often things may be tried, counted for all processes and hosts together."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]
