"""Change of an account's owner: the projects there go along."""

from __future__ import annotations

from accounts.models import Account
from accounts.services import give_along, hand_over_account
from partnerportal.core.actors import service
from partners.models import User
from projects.models import Project
from projects.stages import Stage


@service
def hand_over_customer(account: Account, *, to: User, by: User, closed_too: bool = False, others_too: bool = False) -> Account:
    """Change the owner of an account, and tell the new one. The former owner's contacts, open projects and open tasks go along.

    Closed projects go along when `closed_too`; contacts and projects of other colleagues when `others_too`, which is for managers.
    Completed tasks stay. Raises NotYours, and then changes nothing.
    """
    former = account.owner
    account = hand_over_account(account, to=to, by=by, others_too=others_too)
    projects = Project.objects.for_partner(account.partner_id).filter(account=account, deleted_at=None)
    if not closed_too:
        projects = projects.exclude(stage=Stage.CLOSED)
    give_along(projects.select_related("owner").select_for_update(of=("self",)), former=former, to=to, others_too=others_too)
    return account
