"""How values are written for a person: in the reader's locale and time zone, escaped, never computed.

Templates use these through the filters of `templatetags.portal`, tables through their columns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache, wraps
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent
from django.contrib.auth import get_user_model
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.template.defaultfilters import linebreaksbr
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join, linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_noop, ngettext
from django.utils.translation import gettext as _
from phonenumber_field.modelfields import PhoneNumberField

from partnerportal.core.fields import MoneyField, RateField
from partnerportal.core.money import MOST_PARTS

P = ParamSpec("P")
T = TypeVar("T")
NOTHING = mark_safe('<span class="nothing">–</span>')  # noqa: S308 - a constant

# A negative amount whose currency stands between sign and number. Of “-60,00 €” no browser makes two.
BELOW_ZERO = re.compile(r"(?<![^\s(])-[^\s\d-]{1,4}\s?\d[\d.,]*")

# One colour a word, in every list, board and record. What is not named here is grey.
TONES: Mapping[str, str] = MappingProxyType(
    {
        "blue": "blue new open intro confirmed planned primary requested initial change low",
        "violet": "qualification demo presentation submitted in_progress under_review customer_care change_order",
        "green": "converted accepted granted completed resolved released won yes active verbal_agreement order_management paid approved",
        "amber": "waiting proposal on_hold contract_out pending stock deferred high shipped tech_support awaiting",
        "red": "not_in_target rejected refused overdue declined lost cancelled dead urgent critical no",
        "grey": "draft closed expired superseded ordered not_started feature_request normal",
    }
)
_TONE_OF = {word: tone for tone, words in TONES.items() for word in words.split()}


@lru_cache(maxsize=16)
def _locale(language: str) -> Locale:
    # A reader of English sells in Europe: day before month, 24 hours.
    return Locale.parse({"en": "en_GB"}.get(language, language.replace("-", "_")))


# Django's names of models are not marked by themselves; these are what pages speak of.
NAMES = {
    gettext_noop("lead"): gettext_noop("leads"),
    gettext_noop("account"): gettext_noop("accounts"),
    gettext_noop("contact"): gettext_noop("contacts"),
    gettext_noop("project"): gettext_noop("projects"),
    gettext_noop("quote"): gettext_noop("quotes"),
    gettext_noop("order"): gettext_noop("orders"),
    gettext_noop("case"): gettext_noop("cases"),
    gettext_noop("task"): gettext_noop("tasks"),
}


def kind(model: type[models.Model]) -> str:
    """What a record of this model is called, in the reader's language."""
    return _(str(model._meta.verbose_name))


def kinds(model: type[models.Model]) -> str:
    """What several of them are called."""
    return _(str(model._meta.verbose_name_plural))


def locale() -> Locale:
    """The reader's locale, for Babel."""
    return _locale(get_language() or "en")


def remembered(write: Callable[P, T]) -> Callable[P, T]:
    """Keep what was written of a value, by language: a list shows the same amounts, days, words and people again and again.

    For values alone, never for records. Text that is marked safe is kept apart from text that is not.
    """

    @lru_cache(maxsize=2048, typed=True)
    def kept(language: str | None, *values: P.args, **options: P.kwargs) -> T:
        return write(*values, **options)

    @wraps(write)
    def written(*values: P.args, **options: P.kwargs) -> T:
        return kept(get_language(), *values, **options)  # type: ignore[arg-type]

    return written


@remembered
def money(amount: Decimal | None, currency: str) -> str:
    """An amount with its currency."""
    return "" if amount is None else format_currency(amount, currency, locale=locale())


def unbroken(text: Any) -> Any:
    """A text whose negative amounts stay in one line: a browser would break `-€60.00` after its sign. Safe text stays as it is."""
    if not isinstance(text, str) or isinstance(text, SafeString):
        return text
    return mark_safe(BELOW_ZERO.sub(r'<span class="unbroken">\g<0></span>', escape(text)))  # noqa: S308 - escaped


def before_stop(name: Any) -> str:
    """A name at the end of a sentence, without a full stop of its own: “S.p.A.”."""
    return str(name).removesuffix(".")


def added(parts: Sequence[Decimal], total: str, currency: str, *, count: int | None = None) -> str:
    """The parts and what they add up to. Many parts are counted, as are those that were not kept (`count`)."""
    number_of = len(parts) if count is None else count
    if number_of > MOST_PARTS:
        return _("the sum of %(count)s amounts: %(total)s") % {"count": number(number_of), "total": total}
    written = " + ".join(money(part, currency) for part in parts)
    return f"{written} = {total}" if len(parts) > 1 else total


@remembered
def unavailable(why: str) -> SafeString:
    """What stands where an amount cannot be computed: the reason on hover, and for those who do not see."""
    return format_html(
        '<span class="unavailable" title="{0}">{1}<span class="visually-hidden">: {0}</span></span>', why, _("Not available")
    )


def unavailable_in_words(why: str) -> str:
    """The same as plain text, for a file."""
    return f"{_('Not available')}: {why}"


def computed(amount: Decimal | None, currency: str, why: str) -> str | SafeString:
    """An amount that was computed with its currency; without one why there is none, and a dash where it is only not there yet."""
    if amount is not None:
        return money(amount, currency)
    return unavailable(why) if why else NOTHING


def left_out(count: int) -> str:
    """What stands beside a sum from which some records are left out, as they have no amount."""
    return ngettext("%(count)s without an amount", "%(count)s without an amount", count) % {"count": number(count)}


def whole_money(amount: Decimal, currency: str) -> str:
    """An amount in whole units, for a number that is read at a glance; the exact one stands in the list that it opens."""
    pattern = locale().currency_formats["standard"].pattern.replace(".00", "")
    return format_currency(amount, currency, format=pattern, currency_digits=False, locale=locale())


@remembered
def number(value: Decimal | int | None) -> str:
    """A number with the reader's separators."""
    return "" if value is None else format_decimal(value, locale=locale())


def decimals(value: Decimal) -> str:
    """An amount without its currency, with two places."""
    return format_decimal(value, format="#,##0.00", locale=locale())


@remembered
def percent(value: Decimal | int | None) -> str:
    """An integer percent, such as a probability."""
    return "" if value is None else format_percent(Decimal(value) / 100, locale=locale())


def rate(value: Decimal | None) -> str:
    """A fraction as a percent with up to two places."""
    return "" if value is None else format_percent(value, format="#,##0.## %", locale=locale())


def _local(value: datetime) -> datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value


def day(value: date | datetime | None) -> str:
    """A date, in the reader's time zone when it is a moment."""
    if value is None:
        return ""
    return _date(_local(value).date() if isinstance(value, datetime) else value)


@remembered
def _date(value: date) -> str:
    return format_date(value, format="medium", locale=locale())


def moment(value: datetime | None) -> str:
    """A moment in the reader's time zone, to the minute."""
    if value is None:
        return ""
    local = _local(value)
    return f"{_date(local.date())}, {format_datetime(local, format='HH:mm', locale=locale())}"


def full_moment(value: datetime) -> str:
    """A moment with its time zone, for a tooltip."""
    return _full(value, timezone.get_current_timezone_name())


@remembered
def _full(value: datetime, zone: str) -> str:
    return format_datetime(_local(value), format="full", locale=locale())


def ago(value: datetime | None, *, now: datetime | None = None) -> SafeString:
    """How long ago, with the exact moment on hover."""
    if value is None:
        return NOTHING
    distance = format_timedelta(value - (now or timezone.now()), add_direction=True, locale=locale())
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), full_moment(value), distance)


def due(value: date | None, *, today: date | None = None) -> SafeString:
    """A day that is to come: in words when it is near, red when it has passed, the exact date on hover."""
    return NOTHING if value is None else _due(value, today or timezone.localdate())


@remembered
def _due(value: date, today: date) -> SafeString:
    left = (value - today).days
    words = {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}.get(left)
    if words is None and -60 < left < 0:
        words = ngettext("%(count)d day overdue", "%(count)d days overdue", -left) % {"count": -left}
    tone = "late" if left < 0 else "soon" if left < 2 else "later"
    return format_html(
        '<time class="due {}" datetime="{}" title="{}">{}</time>', tone, value.isoformat(), _date(value), words or _date(value)
    )


def file_size(size: int) -> str:
    """Bytes in the largest unit that keeps a whole part."""
    value = Decimal(size)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{format_decimal(value, format='#,##0.#' if unit == 'MB' else '#,##0', locale=locale())} {unit}"
        value /= 1000
    return f"{format_decimal(value, format='#,##0.#', locale=locale())} GB"


def with_mentions(text: str, names: Iterable[str]) -> SafeString:
    """A text with its line breaks, and the people that it names behind an @ in bold."""
    written: str = linebreaksbr(escape(text))
    people = sorted((str(escape(name)) for name in names), key=len, reverse=True)
    if people:
        pattern = r"@(" + "|".join(re.escape(name) for name in people) + r")(?!\w)"
        written = re.sub(pattern, r'<b class="mention">@\1</b>', written, flags=re.IGNORECASE)
    return mark_safe(written)  # noqa: S308 - escaped above


def initials(name: Any) -> str:
    """Up to two initials of a person's or company's name."""
    words = str(name.get_full_name() if hasattr(name, "get_full_name") else name).split()
    letters = [word[0] for word in words if word[0].isalnum()]
    return "".join(letters[:1] + letters[-1:] if len(letters) > 1 else letters).upper()


def tone_of(value: Any) -> str:
    """The colour of a status, type or answer."""
    return _TONE_OF.get(str(value), "grey")


@remembered
def badge(label: Any, tone: str = "grey", icon: str = "") -> SafeString:
    """A small coloured word."""
    sign = format_html('<i class="bi bi-{}" aria-hidden="true"></i> ', icon) if icon else ""
    return format_html('<span class="pill {}">{}{}</span>', tone, sign, label)


def choice_badge(record: models.Model, field: str) -> SafeString:
    """The label of a choice field as a badge in the colour of its value."""
    value = getattr(record, field)
    if value in ("", None):
        return NOTHING
    return badge(getattr(record, f"get_{field}_display")(), tone_of(value))


def avatar(person: Any, size: str = "sm") -> SafeString:
    """A person's initials in a circle; the name is beside it or on hover."""
    return _avatar(person.get_full_name(), size)


@remembered
def _avatar(name: str, size: str) -> SafeString:
    return format_html('<span class="avatar {}" title="{}" aria-hidden="true">{}</span>', size, name, initials(name))


def named_avatar(person: Any) -> SafeString:
    """A person's initials, with the name for those who cannot see or hover."""
    return _named_avatar(person.get_full_name())


@remembered
def _named_avatar(name: str) -> SafeString:
    return format_html('{}<span class="visually-hidden">{}</span>', _avatar(name, "sm"), name)


def person(user: Any) -> SafeString:
    """A person with avatar and name."""
    return format_html('{} <span class="person">{}</span>', avatar(user), user.get_full_name()) if user else NOTHING


def email(address: str) -> SafeString:
    """An address that opens the mail program."""
    return format_html('<a href="mailto:{0}">{0}</a>', address) if address else NOTHING


def phone(value: Any) -> SafeString:
    """A telephone number that can be called."""
    return format_html('<a href="tel:{}">{}</a>', getattr(value, "as_e164", value), value) if value else NOTHING


def web(address: str) -> SafeString:
    """A web address of somebody else."""
    if not address.startswith(("https://", "http://")):
        return format_html("{}", address)
    return format_html(
        '<a href="{}" rel="noopener noreferrer nofollow" target="_blank">{}</a>', address, address.split("//")[1].rstrip("/")
    )


def record_link(record: Any) -> SafeString:
    """A record's name as a link to it."""
    if record is None:
        return NOTHING
    if not hasattr(record, "get_absolute_url"):
        return format_html("{}", record)
    return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record)


def words(values: Iterable[Any]) -> SafeString:
    """Several words in one line."""
    return format_html_join(", ", "{}", ((value,) for value in values)) or NOTHING


def yes_no(value: bool | None) -> str:
    """Yes or No."""
    return _("Yes") if value else _("No")


def field_value(record: models.Model, name: str) -> SafeString | str:
    """What a record holds in a field, written after the kind of the field."""
    field = record._meta.get_field(name)
    value = getattr(record, name)
    if value is None or value == "" or value == []:
        return NOTHING
    if isinstance(field, models.ForeignKey):
        return person(value) if isinstance(value, get_user_model()) else record_link(value)
    if isinstance(field, MoneyField):
        return money(value, record.currency)  # type: ignore[attr-defined]
    said = getattr(record, f"get_{name}_display", None)
    return str(said()) if said else plain_value(field, value)


def plain_value(field: Any, value: Any) -> SafeString | str:
    """A value of a field that is neither a relation nor money."""
    if value is None or value == "":
        return NOTHING
    if isinstance(field, ArrayField):
        labels = dict(field.base_field.flatchoices)
        return words(labels.get(one, one) for one in value)
    if field.flatchoices:
        return str(dict(field.flatchoices).get(value, value))
    for kind, write in _WRITERS:
        if isinstance(field, kind):
            return write(value)
    return format_html("{}", value)


_WRITERS: tuple[tuple[type, Any], ...] = (
    (RateField, rate),
    (models.BooleanField, yes_no),
    (models.DateTimeField, moment),
    (models.DateField, day),
    (models.EmailField, email),
    (PhoneNumberField, phone),
    (models.URLField, web),
    (models.TextField, lambda value: mark_safe(linebreaks(value, autoescape=True))),  # noqa: S308 - escaped by linebreaks
    (models.DecimalField, number),
    (models.IntegerField, number),
)


def days(length: timedelta) -> str:
    """A length of time in whole days."""
    return ngettext("%(count)s day", "%(count)s days", length.days) % {"count": number(length.days)}
