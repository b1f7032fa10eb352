from email import message_from_bytes, policy

import pytest
from django.core import mail

from partnerportal.core import emails
from partnerportal.core.models import StoredMail
from partnerportal.core.outbox import Undeliverable

LINE_ENDS = ["\r", "\n", "\r\n", "\x00", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"]


@pytest.fixture
def trial(tmp_path, settings):
    """A mail of three templates that say `name`."""
    folder = tmp_path / "emails"
    folder.mkdir()
    (folder / "trial.subject.txt").write_text("{% autoescape off %}Hello {{ name }}{% endautoescape %}\n")
    (folder / "trial.txt").write_text("{% autoescape off %}Dear {{ name }}, see {{ site_url }}/x{% endautoescape %}")
    (folder / "trial.html").write_text(
        '{% extends "emails/base.html" %}'
        '{% block content %}<p>Dear {{ name }}</p><a class="button" href="{{ site_url }}/x">x</a>{% endblock %}'
    )
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], tmp_path]}]
    settings.SITE_URL = "https://portal.vendor.com"


def send(name="Anna", to=("Anna Conti", "anna@aurora-telecom.com"), **options):
    emails.send("trial", to, {"name": name}, **{"language": "en", "key": "trial:1", **options})


def sent():
    return message_from_bytes(mail.outbox[-1].message().as_bytes(), policy=policy.default)


def test_send_renders_text_and_html_with_links_to_the_site(trial):
    send(attachments=[emails.Attached("quote.pdf", b"%PDF-1.7", "application/pdf")])

    message = sent()
    text, html = message.get_body(["plain"]).get_content(), message.get_body(["html"]).get_content()
    assert message["Subject"] == "Hello Anna"
    assert message["To"] == "Anna Conti <anna@aurora-telecom.com>"
    assert text.strip() == "Dear Anna, see https://portal.vendor.com/x"
    assert 'href="https://portal.vendor.com/x"' in html
    assert "<style" not in html
    assert 'class="button"' in html
    assert "background: #2f4bd8" in html
    assert [part.get_filename() for part in message.iter_attachments()] == ["quote.pdf"]


def test_message_id_is_that_of_the_key(trial):
    send(key="a")
    first = sent()["Message-ID"]
    send(key="a")
    again = sent()["Message-ID"]
    send(key="b")

    assert first == again
    assert sent()["Message-ID"] != first
    assert first.endswith("@portal.vendor.com>")


def test_html_is_escaped(trial):
    send(name="<b>x</b> & <script>")

    html = sent().get_body(["html"]).get_content()
    assert "<b>x" not in html
    assert "<script>" not in html
    assert "&lt;b&gt;x" in html


@pytest.mark.parametrize("name", ["Conti, Anna", 'Anna "A" Conti', "Jürgen Müller", "anna@x <evil@y.org>", "王小明", "x" * 1000])
def test_display_names_are_quoted(trial, name):
    send(to=(name, "anna@aurora-telecom.com"))

    assert [address.addr_spec for address in sent()["To"].addresses] == ["anna@aurora-telecom.com"]


@pytest.mark.parametrize("end", LINE_ENDS)
@pytest.mark.parametrize("place", ["subject", "name", "address", "reply_to", "attachment"])
def test_a_line_break_in_a_header_is_refused(trial, end, place):
    evil = f"x{end}Bcc: evil@evil.org"
    calls = {
        "subject": {"name": evil},
        "name": {"to": (evil, "anna@aurora-telecom.com")},
        "address": {"to": f"anna@aurora-telecom.com{end}Bcc: evil@evil.org"},
        "reply_to": {"reply_to": f"anna@aurora-telecom.com{end}Bcc: evil@evil.org"},
        "attachment": {"attachments": [emails.Attached(evil, b"", "text/plain")]},
    }

    with pytest.raises(emails.BadHeader):
        send(**calls[place])

    assert mail.outbox == []


@pytest.mark.parametrize("address", ["", "nobody", "a@b", "a b@c.org", "<a@b.org>"])
def test_what_is_no_address_is_undeliverable(trial, address):
    with pytest.raises(Undeliverable):
        send(to=address)


@pytest.mark.django_db
def test_the_demo_keeps_a_mail_once(trial, settings):
    settings.EMAIL_BACKEND = "partnerportal.core.mailbox.MailboxBackend"

    send(attachments=[emails.Attached("quote.pdf", b"%PDF", "application/pdf")])
    send(attachments=[emails.Attached("quote.pdf", b"%PDF", "application/pdf")])

    stored = StoredMail.objects.get()
    assert stored.subject == "Hello Anna"
    assert stored.to == ["Anna Conti <anna@aurora-telecom.com>"]
    assert stored.attachment_names == ["quote.pdf"]
    assert "Dear Anna" in stored.text
    assert "Dear Anna" in stored.html
    assert b"%PDF" not in stored.raw
    assert message_from_bytes(bytes(stored.raw))["Message-ID"] == stored.message_id
