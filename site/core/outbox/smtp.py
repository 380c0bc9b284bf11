"""SMTP that knows whether a broken connection may have delivered the mail."""

from __future__ import annotations

import smtplib
from typing import Any

from django.core.mail.backends.smtp import EmailBackend as DjangoBackend


class OutcomeUnknown(Exception):
    """The connection broke after the whole mail was handed over and before the answer came."""


class _Noted(smtplib.SMTP):
    """Notes when the text of the mail is on its way: from then on, silence may mean success."""

    is_handing_over = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.is_handing_over = True
        try:
            answer: tuple[int, bytes] = super().data(msg)
        except smtplib.SMTPResponseException:
            self.is_handing_over = False
            raise
        self.is_handing_over = False
        return answer


class _SMTP(_Noted):
    pass


class _SMTPWithTLS(_Noted, smtplib.SMTP_SSL):
    pass


class EmailBackend(DjangoBackend):
    """Django's, but that a mail whose fate is unknown raises `OutcomeUnknown`."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _SMTPWithTLS if self.use_ssl else _SMTP

    def _send(self, email_message: object) -> bool:
        try:
            return bool(super()._send(email_message))  # type: ignore[misc]
        except OSError as error:  # all of smtplib's errors are of this kind
            if getattr(self.connection, "is_handing_over", False):
                raise OutcomeUnknown from error
            raise
