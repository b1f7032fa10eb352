import pytest

from catalog.models import Product
from leads.models import Lead
from partnerportal.core.actors import Actor, acting, service, through
from partnerportal.core.history import Change, FieldChange, changes, entries_of
from partnerportal.core.tests.test_scoping import make_account


@service
def rename(account, *, name, by):
    account.name = name
    account.save(update_fields=["name", "updated_at"])
    return account


def test_a_service_names_its_author_and_channel(anna):
    account = make_account(anna, name="Brenner")

    with through("cell", request_id="r-1"):
        rename(account, name="Brenner Logistik", by=anna)

    change = changes(account)[0]
    assert change == Change(
        at=change.at,
        author="Anna Conti",
        channel="cell",
        reason="",
        kind="changed",
        fields=(FieldChange("name", "account name", "Brenner", "Brenner Logistik"),),
    )
    assert account.history.first().request_id == "r-1"


def test_a_customer_is_an_author_without_an_account(anna):
    account = make_account(anna)

    rename(account, name="Other", by=Actor.customer("Jana Brenner"))

    assert [change.author for change in changes(account)] == ["Jana Brenner", ""]
    assert account.history.first().history_user is None


def test_a_service_that_fails_leaves_neither_change_nor_history(anna):
    account = make_account(anna)

    @service
    def fail(account, *, by):
        rename(account, name="Lost", by=by)
        raise RuntimeError

    try:
        fail(account, by=anna)
    except RuntimeError:
        account.refresh_from_db()

    assert account.name == "Brenner Logistik"
    assert len(changes(account)) == 1


def test_acting_ends_with_its_block(anna):
    account = make_account(anna)

    with acting(anna):
        pass
    account.name = "Unsigned"
    account.save()

    assert changes(account)[0].author == ""


def test_only_the_vendors_history_can_be_looked_into_as_a_whole(reference):
    product = Product.objects.first()
    product.name = "Another name"
    product.save()

    assert list(entries_of(Product).values_list("id", "name")) == [(product.pk, "Another name")]
    with pytest.raises(TypeError, match="The history of Lead is read record by record."):
        entries_of(Lead)
