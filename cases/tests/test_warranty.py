from datetime import date

import pytest

from cases.warranty import Cover, cover


@pytest.mark.parametrize(
    "bought_on, today, found",
    [
        (date(2026, 3, 1), date(2026, 3, 1), Cover.FREE),
        (date(2025, 3, 2), date(2026, 3, 1), Cover.FREE),
        (date(2025, 3, 1), date(2026, 3, 1), Cover.OVER),
        (date(2022, 7, 2), date(2023, 7, 2), Cover.OVER),
        (date(2022, 7, 1), date(2023, 7, 1), Cover.CONTRACT),
        (date(2022, 7, 1), date(2027, 7, 1), Cover.CONTRACT),
        (date(2022, 7, 1), date(2027, 7, 2), Cover.OVER),
        (date(2020, 2, 29), date(2021, 2, 28), Cover.FREE),
        (date(2020, 2, 29), date(2021, 3, 1), Cover.CONTRACT),
    ],
)
def test_cover_depends_on_age_and_on_the_day_of_the_new_rule(bought_on, today, found):
    assert cover(bought_on, today) == found
