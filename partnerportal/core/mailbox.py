"""The demo's post: mail is kept in the portal, where the vendor admin reads it, and nothing is ever sent outside."""

from collections.abc import Sequence
from email.message import Message
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from partnerportal.core.models import StoredMail


class MailboxBackend(BaseEmailBackend):
    """Stores each mail once, by its Message-ID."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        return sum(self._store(mail) for mail in email_messages)

    def _store(self, mail: EmailMessage) -> bool:
        message = mail.message()
        _, is_new = StoredMail.objects.get_or_create(message_id=message["Message-ID"], defaults=self._facts(mail, message))
        return is_new

    @staticmethod
    def _facts(mail: EmailMessage, message: Message) -> dict[str, Any]:
        alternatives = getattr(mail, "alternatives", [])
        return {
            "sender": mail.from_email,
            "to": list(mail.to),
            "cc": list(mail.cc),
            "subject": mail.subject,
            "text": mail.body,
            "html": next((content for content, media_type in alternatives if media_type == "text/html"), ""),
            "raw": message.as_bytes(),
            "attachment_names": [part.get_filename() for part in message.walk() if part.get_filename()],
        }
