from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from partnerportal.core.numbering import next_number


def test_numbers_count_per_partner_series_and_year(aurora, nordlicht):
    given = [
        next_number(aurora.pk, "Q", year=2026),
        next_number(aurora.pk, "Q", year=2026),
        next_number(aurora.pk, "O", year=2026),
        next_number(aurora.pk, "Q", year=2027),
        next_number(nordlicht.pk, "Q", year=2026),
    ]

    assert given == ["Q-2026-00001", "Q-2026-00002", "O-2026-00001", "Q-2027-00001", "Q-2026-00001"]


def test_a_number_of_a_failed_transaction_is_given_again(aurora):
    with pytest.raises(RuntimeError), transaction.atomic():
        next_number(aurora.pk, "Q", year=2026)
        raise RuntimeError

    assert next_number(aurora.pk, "Q", year=2026) == "Q-2026-00001"


@pytest.mark.django_db(transaction=True)
def test_many_at_once_leave_neither_gap_nor_double(aurora):
    def take(_):
        try:
            with transaction.atomic():
                return next_number(aurora.pk, "Q", year=2026)
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as threads:
        given = list(threads.map(take, range(64)))

    assert sorted(given) == [f"Q-2026-{n:05d}" for n in range(1, 65)]
