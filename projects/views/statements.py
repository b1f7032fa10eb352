"""The statement of the demo bonus, by quarter: for the partner, and for the vendor by partner."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from partnerportal.core.toasts import say
from partnerportal.core.views import Guarded
from partners.models import Partner
from projects import services
from projects.models import BonusEntry, BonusStatement
from projects.statement import GRANTED, LAPSED, REFUSED, Quarter, StatementLine


class BonusStatements(Guarded):
    """A quarter of the ledger with its sums; POST has the company's PDF made."""

    permission = "projects.view_project"
    http_method_names = ["get", "post", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.partner is None:
            return self.page("projects/bonus_statement.html", {"partners": self.partners, "heading": _("Demo bonus"), "tab": "home"})
        statement = services.statement_for(request.user, self.partner, self.quarter)  # type: ignore[arg-type]
        may_make = services.may_make_statement(request.user, self.partner)  # type: ignore[arg-type]
        context: dict[str, Any] = {
            "heading": _("Demo bonus %(quarter)s") % {"quarter": self.quarter},
            "tab": "home",
            "partner": self.partner,
            "partners": self.partners,
            "quarter": self.quarter,
            "quarters": services.quarters_of(self.partner),
            "rows": [Row(line) for line in statement.lines],
            "sums": statement.sums,
            "may_make": may_make,
            "kept": self.kept() if may_make else [],
        }
        return self.page("projects/bonus_statement.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        if self.partner is None:
            raise Http404
        services.make_statement(self.partner, self.quarter, by=request.user)  # type: ignore[arg-type]
        say(request, _("The PDF of the statement is being made."))
        return HttpResponseRedirect(f"{request.path}?partner={self.partner.pk}&quarter={self.quarter}")

    @cached_property
    def partners(self) -> list[Partner]:
        """The partners whose statement the person may choose; none but her own for a partner's person."""
        user: Any = self.request.user
        if user.partner_id:
            return []
        return list(Partner.objects.all() if user.is_vendor_admin else Partner.objects.filter(account_manager=user))

    @cached_property
    def partner(self) -> Partner | None:
        """Whose statement it is. Another partner is not there."""
        user: Any = self.request.user
        word = self._asked("partner")
        if user.partner_id:
            if word and word != str(user.partner_id):
                raise Http404
            return user.partner
        if not word:  # One is shown to begin with; a PDF is made of the one that was chosen.
            return self.partners[0] if self.partners and self.request.method == "GET" else None
        found = next((one for one in self.partners if str(one.pk) == word), None)
        if found is None:
            raise Http404
        return found

    @cached_property
    def quarter(self) -> Quarter:
        """The quarter that was asked for, else the present one."""
        word = self._asked("quarter")
        try:
            return Quarter.parse(word) if word else services.quarters_of(self.partner)[0]  # type: ignore[arg-type]
        except ValueError:
            raise Http404 from None

    def kept(self) -> list[BonusStatement]:
        """The PDFs of the quarter."""
        rows = BonusStatement.objects.visible_to(self.request.user).filter(partner=self.partner)
        return list(rows.filter(year=self.quarter.year, quarter=self.quarter.number).select_related("pdf", "made_by")[:10])

    def _asked(self, name: str) -> str:
        return self.request.POST.get(name) or self.request.GET.get(name, "")


class Row:
    """A line with the words for its state."""

    def __init__(self, line: StatementLine) -> None:
        self.line, self.entry = line, line.entry
        self.state = BonusEntry.State(line.entry.state).label
        self.tone = {GRANTED: "green", REFUSED: "red", LAPSED: "grey"}.get(line.entry.state, "amber")
