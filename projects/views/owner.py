"""Change of an account's owner, with what goes along."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from partnerportal.core.panels import ChangeOwner
from partnerportal.core.toasts import say
from projects import services
from projects.forms import AccountOwnerForm


class AccountOwner(ChangeOwner):
    """To whom, and what goes along. The way back is another change: what the new owner had before would go with it."""

    is_block = False
    model = Account
    permission = "accounts.change_account"
    service = staticmethod(services.hand_over_customer)
    form_class = AccountOwnerForm
    text: ClassVar[str | Promise] = _(
        "The present owner’s contacts, open projects and open tasks here go along. Completed tasks stay as they are. The new owner is told."
    )

    @property
    def urls(self) -> str:
        """The page belongs to the account, wherever it is made."""
        return "accounts"

    def tell(self, former: Any) -> None:
        account = self.record
        text = _now("%(record)s belongs to %(owner)s now, with contacts, projects and open tasks.")
        say(self.request, text % {"record": account, "owner": account.owner.get_full_name()})
