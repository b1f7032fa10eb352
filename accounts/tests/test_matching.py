import pytest

from accounts.matching import company_key, mail_domain


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Hotel Alpenblick", "hotel alpenblick"),
        ("HOTEL  Alpenblick GmbH & Co. KG", "hotel alpenblick"),
        ("Müller & Söhne S.r.l.", "muller sohne"),
        ("Łódź Sp. z o.o.", "łodz sp z oo"),
        ("AG", "ag"),
        ("株式会社 山田", "株式会社 山田"),
        ("", ""),
    ],
)
def test_company_key(name, key):
    assert company_key(name) == key


@pytest.mark.parametrize(("address", "domain"), [("Greta@Alpenblick.IT", "alpenblick.it"), ("", "")])
def test_mail_domain(address, domain):
    assert mail_domain(address) == domain
