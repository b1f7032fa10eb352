"""The floor: what Django costs at least, in one file, on the portal's own tables, server and driver.

/hello answers a word, /one makes one query, /list shows fifty leads with rows written in Python, /list-template the same with a Django template.
No sign-in, no filters, no shell: what the portal's pages add to this is what the portal costs.
"""

import os

import environ
from django.conf import settings

settings.configure(
    SECRET_KEY="floor",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    DATABASES={"default": {**environ.Env.db_url_config(os.environ["DATABASE_URL"]), "CONN_MAX_AGE": 600}},
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    USE_TZ=True,
)

import django  # noqa: E402 (the settings come first)
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.template import engines  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils.html import format_html, format_html_join  # noqa: E402

django.setup()

PARTNER = int(os.environ["BENCH_PARTNER"])
TEMPLATE = """<!DOCTYPE html><html lang="en"><title>Leads</title><table>{% for lead in leads %}
<tr><td><a class="title" href="/leads/{{ lead.pk }}/">{{ lead.company }}</a></td><td>{{ lead.first_name }} {{ lead.last_name }}</td><td>{{ lead.job_title }}</td>
<td>{{ lead.status }}</td><td>{{ lead.source }}</td><td>{{ lead.power }}</td><td><a href="mailto:{{ lead.email }}">{{ lead.email }}</a></td>
<td>{{ lead.created_at|date:"j M Y" }}</td><td>{{ lead.owner.first_name }} {{ lead.owner.last_name }}</td></tr>{% endfor %}</table></html>"""
PAGE = engines["django"].from_string(TEMPLATE)


class Person(models.Model):
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)

    class Meta:
        app_label, db_table, managed = "floor", "partners_user", False


class Lead(models.Model):
    partner_id = models.BigIntegerField()
    owner = models.ForeignKey(Person, models.DO_NOTHING)
    status = models.CharField(max_length=15)
    company = models.CharField(max_length=200)
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    job_title = models.CharField(max_length=40)
    source = models.CharField(max_length=40)
    power = models.CharField(max_length=40)
    email = models.EmailField()
    created_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        app_label, db_table, managed = "floor", "leads_lead", False


def fifty():
    """The first fifty open leads, the newest first."""
    rows = Lead.objects.filter(partner_id=PARTNER, deleted_at=None, status__in=("new", "qualification"))
    return rows.select_related("owner").order_by("-created_at", "-pk")[:50]


def hello(request):
    return HttpResponse("hello")


def one(request):
    return HttpResponse(Lead.objects.filter(partner_id=PARTNER).order_by("-created_at", "-pk").first().company)


def with_template(request):
    return HttpResponse(PAGE.render({"leads": fifty()}))


def with_python(request):
    rows = format_html_join(
        "",
        '<tr><td><a class="title" href="/leads/{}/">{}</a></td><td>{} {}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>'
        '<td><a href="mailto:{}">{}</a></td><td>{}</td><td>{} {}</td></tr>',
        (
            (
                lead.pk, lead.company, lead.first_name, lead.last_name, lead.job_title, lead.status, lead.source, lead.power,
                lead.email, lead.email, lead.created_at.strftime("%d %b %Y"), lead.owner.first_name, lead.owner.last_name,
            )
            for lead in fifty()
        ),
    )  # fmt: skip
    return HttpResponse(format_html('<!DOCTYPE html><html lang="en"><title>Leads</title><table>{}</table></html>', rows))


urlpatterns = [path("hello", hello), path("one", one), path("list", with_python), path("list-template", with_template)]
application = get_wsgi_application()
