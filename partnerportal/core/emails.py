"""Mail: three templates a message, in the reader's language, with a Message-ID that a second attempt repeats.

`templates/emails/<name>.subject.txt`, `<name>.txt` and `<name>.html` (which extends `emails/base.html`). Handlers of the outbox
call `send`; nothing is mailed within a request.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from email.headerregistry import Address
from smtplib import SMTPRecipientsRefused
from typing import Any
from urllib.parse import urlsplit

import css_inline
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.utils import translation

from partnerportal.core.outbox import Undeliverable

_inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=False)


class BadHeader(ValueError):
    """A text that would end a mail's header line was refused."""


@dataclass(frozen=True)
class Attached:
    """A file that goes with a mail."""

    name: str
    content: bytes
    media_type: str


def send(
    name: str,
    to: str | tuple[str, str],
    context: dict[str, Any],
    *,
    language: str,
    key: str,
    attachments: Iterable[Attached] = (),
    reply_to: str = "",
) -> None:
    """Send one mail to one person: an address, or a name and an address. `key` is that of the outbox message.

    Raises BadHeader for a line break in a header, Undeliverable when the server will never take the address.
    """
    with translation.override(language):
        facts = {**context, "site_url": settings.SITE_URL, "vendor_name": settings.VENDOR_NAME, "language": language}
        subject = _one_line(render_to_string(f"emails/{name}.subject.txt", facts).strip())
        text = render_to_string(f"emails/{name}.txt", facts)
        html = _inliner.inline(render_to_string(f"emails/{name}.html", {**facts, "subject": subject}))
    mail = EmailMultiAlternatives(
        subject=subject,
        body=text,
        to=[recipient(*to) if isinstance(to, tuple) else recipient("", to)],
        reply_to=[recipient("", reply_to)] if reply_to else None,
        headers={"Message-ID": message_id(key), "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(html, "text/html")
    for file in attachments:
        mail.attach(_one_line(file.name), file.content, file.media_type)
    _hand_over(mail)


def _hand_over(mail: EmailMultiAlternatives) -> None:
    try:
        mail.send()
    except SMTPRecipientsRefused as error:
        if all(500 <= code < 600 for code, _ in error.recipients.values()):
            raise Undeliverable("The mail server refuses the address for good.") from error
        raise


def message_id(key: str) -> str:
    """The Message-ID of an outbox key: the same for every attempt, and it tells nothing."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{urlsplit(settings.SITE_URL).hostname}>"


def recipient(name: str, address: str) -> str:
    """A name and an address as one header word, the name quoted. Raises BadHeader or Undeliverable."""
    validate = _one_line(address)
    try:
        validate_email(validate)
    except ValidationError as error:
        raise Undeliverable("This is no mail address.") from error
    user, _, domain = address.rpartition("@")
    return str(Address(display_name=_one_line(name)[:120], username=user, domain=domain))


def _one_line(text: str) -> str:
    """The text, if it is one line. Refuses every character that some reader takes for a line's end, and other controls."""
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in text):
        raise BadHeader("A line break or control character in a mail's header")
    return text
