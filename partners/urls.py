"""Addresses of this app, from the root of the site."""

from django.urls import path

from partners.views import notices, profile, team, vendor

app_name = "partners"
urlpatterns = [
    path("team/", team.Team.as_view(), name="team"),
    path("team/invite/", team.Invite.as_view(), name="invite"),
    path("team/<int:pk>/", team.Person.as_view(), name="person"),
    path("team/<int:pk>/role/", team.ChangeRole.as_view(), name="role"),
    path("team/<int:pk>/deactivate/", team.Deactivate.as_view(), name="deactivate"),
    path("team/<int:pk>/reactivate/", team.Reactivate.as_view(), name="reactivate"),
    path("team/invitations/<int:pk>/resend/", team.Resend.as_view(), name="resend"),
    path("team/invitations/<int:pk>/withdraw/", team.Withdraw.as_view(), name="withdraw"),
    path("profile/", profile.Profile.as_view(), name="profile"),
    path("profile/notices/", profile.NoticeChoices.as_view(), name="notice_choices"),
    path("profile/sessions/end/", profile.EndOtherSessions.as_view(), name="end_sessions"),
    path("profile/sessions/<int:pk>/end/", profile.EndSession.as_view(), name="end_session"),
    path("notifications/", notices.Notices.as_view(), name="notices"),
    path("notifications/read/", notices.ReadAllNotices.as_view(), name="read_all"),
    path("notifications/<int:pk>/open/", notices.OpenNotice.as_view(), name="open_notice"),
    path("notifications/<int:pk>/mute/", notices.MuteNotice.as_view(), name="mute_notice"),
    path("notifications/<int:pk>/read/", notices.ReadNotice.as_view(), name="read_notice"),
    path("news/", notices.NewsList.as_view(), name="news"),
    path("news/<int:pk>/", notices.NewsDetail.as_view(), name="news_detail"),
    path("wmp/", vendor.Wmp.as_view(), name="wmp"),
    path("help/", vendor.Help.as_view(), name="help"),
    path("help/<slug:picture>.png", vendor.GuidePicture.as_view(), name="guide_picture"),
    path("mailbox/", vendor.Mailbox.as_view(), name="mailbox"),
    path("mailbox/<uuid:pk>/", vendor.ReadMail.as_view(), name="mail"),
    path("mailbox/<uuid:pk>/html/", vendor.MailHtml.as_view(), name="mail_html"),
    path("mailbox/<uuid:pk>/files/<int:index>/", vendor.MailAttachment.as_view(), name="mail_attachment"),
]
