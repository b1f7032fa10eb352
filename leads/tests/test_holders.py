"""Who has a company, asked by the vendor among all partners. What is told of it: `test_admin.py`."""

import re

import pytest
from django.db import connection

from accounts.matching import profile
from accounts.tests.factories import AccountFactory
from leads.holders import holders_of_each
from leads.tests.factories import LeadFactory, VendorLeadFactory
from partners.models import Partner
from partners.tests.factories import PartnerFactory

EACH = {"email": "'a@' || md5(n::text) || '.de'", "website": "'https://' || md5((n * 3)::text) || '.de'", "phone": "'+4930' || n"}
OF_A_PARTNER = {"partner_id": "(SELECT min(id) FROM partners_partner) + n %% 40"}
NAMED = "md5(n::text) || ' ' || md5((n * 7)::text)"
# What a row is told by, and the index that each of them has.
INDEXES = {
    "leads_lead": {"lead_match_name", "lead_match_email", "lead_match_website", "lead_match_phone", "lead_match_mobile"},
    "accounts_account": {
        "account_match_name",
        "account_match_email",
        "account_match_website",
        "account_match_phone",
        "account_match_tax",
    },
    "leads_vendorlead": {
        "vendor_lead_match_name",
        "vendor_lead_match_email",
        "vendor_lead_match_website",
        "vendor_lead_match_phone",
        "vendor_lead_match_mobile",
    },
}


def multiply(record, values, rows=20_000):
    """So many copies of a record; `values` are SQL by column, of the copy's number `n`."""
    table = record._meta.db_table
    columns = [field.column for field in record._meta.concrete_fields if not field.primary_key]
    chosen = ", ".join(values.get(column, f"p.{column}") for column in columns)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {chosen} FROM {table} p, generate_series(1, %s) n WHERE p.id = %s",
            [rows, record.pk],
        )
        cursor.execute(f"ANALYZE {table}")


def statements(wanted):
    """What the database is asked, with its values."""
    asked: list[tuple[str, tuple]] = []

    def listen(execute, sql, params, many, context):
        asked.append((sql, params or ()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        holders_of_each(wanted)
    return asked


def values_asked(wanted):
    return [sum(len(value) if isinstance(value, list | tuple) else 1 for value in params) for _sql, params in statements(wanted)]


@pytest.fixture
def many(anna):
    """Leads and accounts of forty partners, and the vendor's own leads that partners have accepted."""
    PartnerFactory.create_batch(40 - Partner.objects.count(), account_manager=anna.partner.account_manager)
    multiply(LeadFactory(owner=anna), {**EACH, **OF_A_PARTNER, "company": NAMED, "mobile": "'+4940' || n"})
    multiply(AccountFactory(owner=anna), {**EACH, **OF_A_PARTNER, "name": NAMED, "vat_number": "'DE' || 100000000 + n"})
    multiply(VendorLeadFactory(), {**EACH, "company": NAMED, "mobile": "'+4940' || n", "state": "'accepted'"})


@pytest.mark.big
def test_who_has_a_company_is_found_by_the_indexes_among_all_partners(many):
    wanted = [
        profile(f"Brenner Logistik {number}", emails=[f"a@brenner{number}.de"], phones=[f"+493010000{number}0"], tax_number="DE811569869")
        for number in range(3)
    ]
    lines = []
    with connection.cursor() as cursor:
        for sql, params in (one for one in statements(wanted) if "unnest" in one[0]):
            cursor.execute(f"EXPLAIN {sql}", params)
            lines += [line for (line,) in cursor.fetchall()]
    plan = "\n".join(lines)
    assert set(re.findall(r"Index Scan (?:using|on) (\w+)", plan)) == set().union(*INDEXES.values())
    assert re.findall(r"Seq Scan on (\w+)", plan) == []


def test_who_has_a_company_is_asked_in_as_many_words_among_forty_partners_as_among_few(anna):
    wanted = [profile("Brenner Logistik", emails=["a@brenner.de"])]
    few = values_asked(wanted)
    PartnerFactory.create_batch(40, account_manager=anna.partner.account_manager)

    assert values_asked(wanted) == few
