"""The partner's logo: what is taken, and that a quote keeps the one that it was sent with."""

import io
import re
from base64 import b64decode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, PngImagePlugin
from pypdf import PdfReader

from partnerportal.core.pdf import html_to_pdf
from partnerportal.core.scoping import NotYours
from partnerportal.core.uploads import FileRefused
from partnerportal.tests.days import this_day
from partners import services
from partners.logos import MOST_BYTES, as_logo
from partners.models import BRAND_COLOUR, Logo
from quotes import documents
from quotes.models import Quote
from quotes.services import new_version, submit_quote
from quotes.tests.factories import DraftQuoteFactory, SubmittedQuoteFactory

GREEN, BLUE = (11, 140, 70, 255), (11, 95, 204, 255)


def picture(kind="PNG", size=(1600, 400), colour=GREEN, **more):
    target = io.BytesIO()
    Image.new("RGBA" if kind == "PNG" else "RGB", size, colour if kind == "PNG" else colour[:3]).save(target, format=kind, **more)
    return target.getvalue()


def upload(content, name="logo.png"):
    return SimpleUploadedFile(name, content)


def opened(content):
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize(("kind", "name"), [("PNG", "logo.png"), ("JPEG", "logo.jpg"), ("WEBP", "logo.webp")])
def test_a_picture_becomes_a_small_png_without_anything_but_pixels(kind, name):
    note = PngImagePlugin.PngInfo()
    note.add_text("Comment", "where it was taken")
    more = {"pnginfo": note} if kind == "PNG" else {}

    made = as_logo(upload(picture(kind, **more), name))

    assert opened(made).format == "PNG"
    assert opened(made).size == (800, 200)
    assert b"where it was taken" not in made
    assert len(made) < MOST_BYTES


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "logo.svg"),
        (b"%PDF-1.7\n", "logo.pdf"),
        (b"plain words", "logo.txt"),
        (picture("JPEG"), "logo.png"),
    ],
    ids=["svg", "pdf", "text", "other than its name"],
)
def test_anything_else_is_refused(content, name):
    with pytest.raises(FileRefused):
        as_logo(upload(content, name))


def test_a_photograph_of_noise_is_no_logo():
    noise = Image.effect_noise((800, 240), 200).convert("RGB")
    target = io.BytesIO()
    noise.save(target, format="PNG")

    with pytest.raises(FileRefused, match="too detailed"):
        as_logo(upload(target.getvalue()))


def test_only_the_vendor_who_keeps_the_partner_changes_its_logo(anna, dora, olga, vendor_admin):
    for person in (anna, dora):
        with pytest.raises(NotYours):
            services.change_logo(anna.partner, picture(), by=person)
    with pytest.raises(type(anna.partner).DoesNotExist):
        services.change_logo(anna.partner, picture(), by=olga)
    assert Logo.objects.across_partners(reason="test").count() == 0

    services.change_logo(anna.partner, picture(), by=vendor_admin)
    anna.partner.refresh_from_db()
    assert bytes(anna.partner.logo.png) == picture()
    services.change_logo(anna.partner, None, by=vendor_admin)
    anna.partner.refresh_from_db()
    assert anna.partner.logo is None


def test_the_back_office_takes_shows_and_removes_a_logo(client, vendor_admin, anna):
    client.force_login(vendor_admin)
    address = f"/admin/partners/partner/{anna.partner_id}/change/"
    form = client.get(address).context["adminform"].form
    values = {name: value for name, value in form.initial.items() if value is not None} | {"time_zone": "Europe/Rome"}

    refused = client.post(address, {**values, "new_logo": upload(b"no picture at all")})
    assert refused.status_code == 200
    assert "not what its name says" in refused.text
    assert client.post(address, {**values, "brand_colour": "red; } *"}).status_code == 200
    taken = client.post(address, {**values, "new_logo": upload(picture()), "brand_colour": "#0a7d3c"})
    assert taken.status_code == 302
    anna.partner.refresh_from_db()
    assert anna.partner.brand_colour == "#0a7d3c"
    assert anna.partner.logo.address in client.get(address).text
    client.post(address, {**values, "no_logo": "on"})
    anna.partner.refresh_from_db()
    assert anna.partner.logo is None


def pictures_in(quote):
    pdf = html_to_pdf(documents.as_html(documents.of(quote)))
    return [one for page in PdfReader(io.BytesIO(pdf)).pages for one in page.images]


def test_a_quote_keeps_the_logo_that_it_was_sent_with(client, anna, vendor_admin):
    anna.partner.brand_colour = "#0a7d3c"
    anna.partner.save()
    services.change_logo(anna.partner, picture(), by=vendor_admin)
    quote = DraftQuoteFactory(owner=anna, partner=anna.partner)
    submit_quote(quote, by=anna, today=this_day())
    first = Logo.objects.for_partner(anna.partner).get()

    services.change_logo(anna.partner, picture(colour=BLUE), by=vendor_admin)
    second = new_version(Quote.objects.visible_to(anna).get(), by=anna, today=this_day())
    submit_quote(second, by=anna, today=this_day())

    old, new = Quote.objects.visible_to(anna).order_by("version")
    later = Logo.objects.for_partner(anna.partner).exclude(pk=first.pk).get()
    for version, logo, colour in ((old, first, GREEN), (new, later, BLUE)):
        text = client.get(f"/q/{version.token}/").text
        shown = re.findall(r'<img class="paper-logo" src="data:image/png;base64,([^"]+)" alt="Logo of Aurora Telecom">', text)
        assert [b64decode(one) for one in shown] == [bytes(logo.png)]
        [embedded] = pictures_in(version)
        assert embedded.image.convert("RGB").getpixel((9, 9)) == colour[:3]
        assert "1.6pt solid #0a7d3c" in documents.as_html(documents.of(version))


def test_what_was_frozen_before_there_were_logos_reads_as_it_was(client, anna):
    quote = SubmittedQuoteFactory(owner=anna)
    quote.content = {name: value for name, value in quote.content.items() if name not in ("logo_id", "colour")}
    quote.save()

    assert (documents.of(quote).logo_id, documents.of(quote).colour) == (None, BRAND_COLOUR)
    assert pictures_in(quote) == []
    assert "paper-logo" not in client.get(f"/q/{quote.token}/").text
