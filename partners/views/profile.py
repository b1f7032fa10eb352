"""A person's own page: name, language, look, password and second factor."""

from __future__ import annotations

from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import translation
from django.utils.translation import gettext as _

from partnerportal.core.actors import acting
from partnerportal.core.notifications import TOPICS, Channel, choose
from partnerportal.core.toasts import say
from partnerportal.core.views import Guarded
from partners import services
from partners.forms import ProfileForm
from partners.sessions import keep_session, sessions_of


class Profile(Guarded):
    permission = "partners.view_profile"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(ProfileForm(instance=request.user))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ProfileForm(request.POST, instance=request.user)
        if not form.is_valid():
            request.user.refresh_from_db()  # The page's head shows what is, not what was typed.
            return self._page(form, status=422)
        with acting(request.user):
            person = form.save()
        with translation.override(person.language):
            say(request, _("Your profile is saved."))
        return redirect("partners:profile")

    def _page(self, form: ProfileForm, *, status: int = 200) -> HttpResponse:
        context = {"form": form, "heading": _("Profile and settings"), "has_second_factor": is_mfa_enabled(self.request.user)}
        chosen = dict(self.request.user.notice_choices.values_list("topic", "channel"))
        context["topics"] = [(topic, chosen.get(topic.name, topic.usual)) for topic in TOPICS]
        context["channels"] = Channel.choices
        context["sessions"] = sessions_of(self.request)
        return self.page("partners/profile.html", context, status=status)


class NoticeChoices(Guarded):
    """How the person wants to hear of each topic."""

    permission = "partners.view_profile"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        choose(request.user, {topic.name: request.POST.get(topic.name, "") for topic in TOPICS})
        say(request, _("Your choices are saved."))
        return redirect("partners:profile")


class EndOtherSessions(Guarded):
    """Sign out everywhere else; this session goes on with a new key."""

    permission = "partners.view_profile"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        keep_session(request, services.end_sessions(request.user, by=request.user))
        say(request, _("You are signed out everywhere else."))
        return redirect("partners:profile")


class EndSession(Guarded):
    """Sign out one of the own sessions. Another person's does not exist; this one is ended by signing out."""

    permission = "partners.view_profile"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        session = get_object_or_404(UserSession.objects.exclude(session_key=request.session.session_key), pk=pk, user=request.user)
        session.end()
        say(request, _("That session is signed out."))
        return redirect("partners:profile")
