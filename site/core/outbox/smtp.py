"""SMTP that knows whether a broken connection may have delivered the mail."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.mail.backends.smtp import EmailBackend as DjangoBackend


class OutcomeUnknown(Exception):
    """The connection broke after the whole mail was handed over and before the answer came."""


class _Noted:
    """Notes when the text of the mail is on its way: from then on, silence may mean success."""

    is_handing_over = False

    def data(self, msg: bytes | str) -> tuple[int, bytes]:
        self.is_handing_over = True
        answer = super().data(msg)  # type: ignore[misc]
        self.is_handing_over = False
        return answer


class _SMTP(_Noted, smtplib.SMTP):
    pass


class _SMTPWithTLS(_Noted, smtplib.SMTP_SSL):
    pass


class EmailBackend(DjangoBackend):
    """Django's, but that a mail whose fate is unknown raises `OutcomeUnknown`."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _SMTPWithTLS if self.use_ssl else _SMTP

    def _send(self, email_message: object) -> bool:
        with self._outcome():
            return bool(super()._send(email_message))

    @contextmanager
    def _outcome(self) -> Iterator[None]:
        try:
            yield
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            if isinstance(error, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused):
                raise
            if getattr(self.connection, "is_handing_over", False):
                raise OutcomeUnknown from error
            raise
