from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import timezone, translation
from django.utils.safestring import mark_safe

from partnerportal.core import display


@pytest.mark.parametrize(("language", "text"), [("en", "€1,235"), ("de", "1.235\xa0€"), ("it", "1.235\xa0€")])
def test_whole_money_stands_where_the_readers_currency_stands(language, text):
    with translation.override(language):
        assert display.whole_money(Decimal("1234.60"), "EUR") == text


def test_what_is_remembered_is_kept_apart_by_language():
    written = []
    for language in ("en", "de", "en", "de"):
        with translation.override(language):
            written.append((display.money(Decimal("1234.5"), "EUR"), display.due(date(2026, 3, 1), today=date(2026, 3, 1))))

    assert written[:2] == written[2:]
    assert [money for money, _due in written[:2]] == ["€1,234.50", "1.234,50\xa0€"]
    assert "today" in written[0][1]
    assert "heute" in written[1][1]


def test_what_is_remembered_of_safe_text_is_not_given_for_the_same_text_of_a_person():
    safe = display.badge(mark_safe("<b>new</b>"))
    typed = display.badge("<b>new</b>")

    assert safe == '<span class="pill grey"><b>new</b></span>'
    assert typed == '<span class="pill grey">&lt;b&gt;new&lt;/b&gt;</span>'


def test_the_same_moment_is_remembered_by_time_zone():
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)

    written = []
    for zone in ("Europe/Rome", "America/New_York", "Europe/Rome"):
        with timezone.override(zone):
            written.append(display.full_moment(moment))

    assert written[0] == written[2]
    assert "13:00:00 Central European" in written[0]
    assert "07:00:00 Eastern" in written[1]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("€540.00 + -€60.00 = €480.00", '€540.00 + <span class="unbroken">-€60.00</span> = €480.00'),
        ("(-US$1,260.50)", '(<span class="unbroken">-US$1,260.50</span>)'),
        ("-CHF\xa060.00", '<span class="unbroken">-CHF\xa060.00</span>'),
        ("3 < 4 & -€5.00", '3 &lt; 4 &amp; <span class="unbroken">-€5.00</span>'),
        ("-60,00\xa0€, user-friendly, 2026-03-01, Q-2026-1, x -y", "-60,00\xa0€, user-friendly, 2026-03-01, Q-2026-1, x -y"),
        ("<script>-€1</script>", "&lt;script&gt;-€1&lt;/script&gt;"),
    ],
)
def test_a_negative_amount_is_kept_in_one_line(text, written):
    assert str(display.unbroken(text)) == written


def test_what_is_no_plain_text_is_left_as_it_is():
    safe = mark_safe("<b>-€1.00</b>")  # noqa: S308 - a constant

    assert display.unbroken(safe) is safe
    assert display.unbroken(None) is None


def test_every_currency_of_the_portal_is_kept_in_one_line():
    with translation.override("en"):
        for currency in ("EUR", "USD", "GBP", "CHF", "CAD"):
            amount = display.money(Decimal("-1260.5"), currency)
            assert str(display.unbroken(amount)) == f'<span class="unbroken">{amount}</span>'


@pytest.mark.parametrize(("name", "written"), [("Brenner S.p.A.", "Brenner S.p.A"), ("Brenner GmbH", "Brenner GmbH")])
def test_a_name_before_a_full_stop_brings_none(name, written):
    assert display.before_stop(name) == written
