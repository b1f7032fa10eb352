"""Which e-mail addresses of customers are taken: those of companies. Source: the product's brief."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from partners.models import User


def check_business_address(address: str, *, by: User) -> None:
    """Raise ValidationError for an address at a public mail service, or with a blocked word as a whole word.

    A vendor user may enter any address.
    """
    if by.partner_id:
        check_company_address(address)


def check_company_address(address: str) -> None:
    """`check_business_address` for everybody: sub-domains of a public service are refused too; a word within a word is not."""
    local, _at, domain = address.casefold().rpartition("@")
    for public in settings.PUBLIC_MAIL_DOMAINS:
        if domain == public or domain.endswith(f".{public}"):
            raise ValidationError(
                _("%(domain)s is a public mail service. Please enter the address at the company.") % {"domain": domain},
                code="public_domain",
            )
    found = set(re.split(r"[\W_]+", f"{local}@{domain}")) & set(settings.BLOCKED_MAIL_WORDS)
    if found:
        raise ValidationError(
            _("Addresses with the word “%(word)s” are not taken. Please enter the real address of the company.") % {"word": min(found)},
            code="blocked_word",
        )


def check_new_address(address: str, *, former: str, by: User) -> None:
    """As `check_business_address`, for the field `email` of a record; an address that stays is not asked again."""
    if address == former:
        return
    try:
        check_business_address(address, by=by)
    except ValidationError as error:
        raise ValidationError({"email": error}) from error
