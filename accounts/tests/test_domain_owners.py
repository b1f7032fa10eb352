import pytest

from accounts.domain_owners import has_own_mailbox, owns
from accounts.names import read_name


@pytest.mark.parametrize(
    ("name", "domain", "towns", "is_owner"),
    [
        ("Trattoria La Gobba", "lagobba-vicenza.it", {"vicenza"}, True),
        ("Ostwestfälische Kabel- und Drahtwerke GmbH", "okd-kabel.de", set(), True),
        ("Wohnungsbaugesellschaft Rabenstein", "wbg-rabenstein.de", set(), True),
        ("MK Metallkonstruktion", "mk-metall.pl", set(), True),
        ("Solartec Energie", "solartec.de", set(), True),
        ("Gasthof Lindenwirt", "gasthofweb-service.at", set(), False),
        ("Weingut Sandhofer", "wachau-winzer.at", set(), False),
        ("Kindergarten Eschenrode", "eschenrode.de", {"eschenrode"}, False),
        ("Hotel Tirol", "tirol-stay.at", set(), False),
    ],
)
def test_owns(name, domain, towns, is_owner):
    assert owns(read_name(name), domain, frozenset(towns)) is is_owner


@pytest.mark.parametrize(
    ("name", "address", "is_own"),
    [
        ("Gasthof Mühlwirt", "muhlwirt", True),
        ("Hausverwaltung WEG Lindenstraße 5", "linden", True),
        ("Imbiss Ali Baba", "alibaba", True),
        ("Gasthof Mühlwirt", "office", False),
        ("Dolomiti Gelati di Zoldan Renzo", "renzo", False),
    ],
)
def test_has_own_mailbox(name, address, is_own):
    assert has_own_mailbox(read_name(name), frozenset({address})) is is_own
