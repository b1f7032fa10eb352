from decimal import Decimal

import pytest
from django.utils import translation

from partnerportal.core import display


@pytest.mark.parametrize(("language", "text"), [("en", "€1,235"), ("de", "1.235\xa0€"), ("it", "1.235\xa0€")])
def test_whole_money_stands_where_the_readers_currency_stands(language, text):
    with translation.override(language):
        assert display.whole_money(Decimal("1234.60"), "EUR") == text
