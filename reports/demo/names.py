"""Invented names, in several languages and scripts. No company, person or number here is meant to exist."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Place:
    """A town with a street and the beginning of its telephone numbers."""

    city: str
    postal_code: str
    street: str
    state: str
    phone: str
    digits: int


@dataclass(frozen=True)
class Culture:
    """How companies and people of a country are called. `companies` pair the name with the name of its mail domain."""

    country: str
    language: str
    tld: str
    companies: tuple[tuple[str, str], ...]
    forms: tuple[str, ...]
    people: tuple[tuple[str, str, str], ...]
    places: tuple[Place, ...]


ITALY = Culture(
    "IT",
    "it",
    "it",
    (
        ("Brenner Logistica", "brenner-logistica"),
        ("Ceramiche Valdarno", "ceramiche-valdarno"),
        ("Officine Marconcini", "officine-marconcini"),
        ("Panificio Sorrentini", "panificio-sorrentini"),
        ("Studio Legale Orsini", "studio-orsini"),
        ("Trasporti Adriatica", "trasporti-adriatica"),
        ("Cantine Montefalco", "cantine-montefalco"),
        ("Clinica San Rocco", "clinica-sanrocco"),
        ("Hotel Belvedere", "hotel-belvedere"),
        ("Tipografia Lunardi", "tipografia-lunardi"),
        ("Farmacie Riunite", "farmacie-riunite"),
        ("Caffè Torrefazione Élite", "torrefazione-elite"),
        ("Città Mercato", "citta-mercato"),
        ("Arredi Perlasca", "arredi-perlasca"),
        ("Scuola Collodi", "scuola-collodi"),
        ("Autofficina Ferraris", "autofficina-ferraris"),
        ("Edilizia Santangelo", "edilizia-santangelo"),
        ("Vetreria Muranese", "vetreria-muranese"),
        ("Laboratori Galvani", "laboratori-galvani"),
        ("Consorzio Agrario Padano", "agrario-padano"),
        ("Banca del Territorio", "banca-territorio"),
        ("Museo della Scienza", "museo-scienza"),
    ),
    ("S.r.l.", "S.p.A.", "& C.", ""),
    (
        ("Giulia", "Ferrante", "ms"),
        ("Marco", "Bellini", "mr"),
        ("Niccolò", "D’Amico", "mr"),
        ("Francesca", "Lo Presti", "ms"),
        ("Alessandro", "Zanetti", "dr"),
        ("Chiara", "Montanari", "ms"),
        ("Davide", "Caruso", "mr"),
        ("Ilaria", "Pellegrini", "dr"),
        ("Tommaso", "Rinaldi", "mr"),
        ("Benedetta", "Sala", "ms"),
    ),
    (
        Place("Roma", "00187", "Via dei Calzolai", "RM", "+39064521", 4),
        Place("Milano", "20121", "Corso della Tipografia", "MI", "+39024521", 4),
        Place("Bari", "70121", "Via del Molo", "BA", "+390804521", 3),
        Place("Verona", "37121", "Via delle Botteghe", "VR", "+39045234", 4),
    ),
)
GERMANY = Culture(
    "DE",
    "de",
    "de",
    (
        ("Autohaus Lindner", "autohaus-lindner"),
        ("Bäckerei Sonntag", "baeckerei-sonntag"),
        ("Nordwind Energie", "nordwind-energie"),
        ("Großküchen Weiß", "grosskuechen-weiss"),
        ("Hafenspedition Petersen", "hafenspedition-petersen"),
        ("Müller & Söhne Metallbau", "mueller-metallbau"),
        ("Klinikum Elbtal", "klinikum-elbtal"),
        ("Stadtwerke Möwenstein", "stadtwerke-moewenstein"),
        ("Buchhandlung Königsmark", "buchhandlung-koenigsmark"),
        ("Zahnärzte am Markt", "zahnaerzte-am-markt"),
        ("Brauerei Ährengold", "brauerei-aehrengold"),
        ("Gartenbau Röslein", "gartenbau-roeslein"),
        ("Kanzlei von Thal", "kanzlei-von-thal"),
        ("Möbelhaus Überland", "moebelhaus-ueberland"),
        ("Werft Süderbrook", "werft-suederbrook"),
        ("Schulverbund Eichenhain", "schulverbund-eichenhain"),
        ("Optik Strahlmann", "optik-strahlmann"),
        ("Hotel Zum Goldenen Anker", "hotel-goldener-anker"),
        ("Solarpark Havelland", "solarpark-havelland"),
        ("Druckerei Farbenfroh", "druckerei-farbenfroh"),
        ("Pflegedienst Abendrot", "pflegedienst-abendrot"),
        ("Molkerei Butterblume", "molkerei-butterblume"),
    ),
    ("GmbH", "AG", "GmbH & Co. KG", "e. K.", ""),
    (
        ("Jürgen", "Weißmüller", "mr"),
        ("Anneliese", "Größler", "ms"),
        ("Björn", "Petersen", "mr"),
        ("Katharina", "von Thal", "dr"),
        ("Mehmet", "Yıldız", "mr"),
        ("Sabine", "Köhler", "ms"),
        ("Uwe", "Sonntag", "mr"),
        ("Petra", "Lindner", "ms"),
        ("Sönke", "Harms", "mr"),
        ("Agnieszka", "Wójcik", "ms"),
    ),
    (
        Place("Berlin", "10115", "Lindenhofweg", "", "+493023125", 3),
        Place("Hamburg", "20457", "Am Speicherkai", "", "+494066969", 3),
        Place("München", "80331", "Isarpfad", "", "+498999998", 3),
    ),
)
USA = Culture(
    "US",
    "en",
    "com",
    (
        ("Blue Heron Books", "blueheronbooks"),
        ("Cascade Outfitters", "cascadeoutfitters"),
        ("Granite Peak Dental", "granitepeakdental"),
        ("Harborview Hotels", "harborviewhotels"),
        ("Ironwood Freight", "ironwoodfreight"),
        ("Juniper & Sage Markets", "junipersage"),
        ("Kingfisher Insurance", "kingfisherinsurance"),
        ("Lakeside School District", "lakesideschools"),
        ("Maplewood Clinics", "maplewoodclinics"),
        ("O’Hara Plumbing Supply", "oharaplumbing"),
        ("Palmetto Pharmacies", "palmettopharmacies"),
        ("Quarry Road Construction", "quarryroad"),
        ("Redwood Credit Union", "redwoodcu"),
        ("Saguaro Solar", "saguarosolar"),
        ("Three Bridges Law", "threebridgeslaw"),
        ("Vermilion Robotics", "vermilionrobotics"),
        ("Windward Ferries", "windwardferries"),
        ("Yellow Door Bakeries", "yellowdoorbakeries"),
        ("Panadería La Estrella", "panaderialaestrella"),
        ("Nguyễn Family Foods", "nguyenfamilyfoods"),
    ),
    ("Inc.", "LLC", "Co.", ""),
    (
        ("Maria", "Hernández-Ortiz", "ms"),
        ("DeShawn", "Whitfield", "mr"),
        ("Linh", "Nguyễn", "ms"),
        ("Patrick", "O’Hara", "mr"),
        ("Aaliyah", "Brooks", "ms"),
        ("Samuel", "Goldfarb", "dr"),
        ("Priya", "Raghunathan", "ms"),
        ("Tyler", "McAllister", "mr"),
        ("Grace", "Okonkwo", "ms"),
        ("José", "Villaseñor", "mr"),
    ),
    (
        Place("New York", "10011", "Wharfinger Street", "NY", "+1212555", 4),
        Place("Boston", "02110", "Lantern Row", "MA", "+1617555", 4),
        Place("Miami", "33101", "Pelican Avenue", "FL", "+1305555", 4),
    ),
)
FRANCE = Culture(
    "FR",
    "fr",
    "fr",
    (
        ("Boulangerie Épi d’Or", "epi-dor"),
        ("Garage Lefèvre", "garage-lefevre"),
        ("Hôtel des Trois Fontaines", "trois-fontaines"),
        ("Librairie L’Œuvre", "librairie-loeuvre"),
        ("Vignobles Château-Perdu", "chateau-perdu"),
    ),
    ("SARL", "SAS", ""),
    (("Élodie", "Lefèvre", "ms"), ("François", "Bézier", "mr"), ("Zoé", "Crèvecœur", "ms"), ("Hervé", "Noël", "mr")),
    (Place("Paris", "75011", "rue des Horlogers", "", "+3319900", 4),),
)
POLAND = Culture(
    "PL",
    "en",
    "pl",
    (
        ("Cukiernia Łakotka", "lakotka"),
        ("Żegluga Bałtyk-Wschód", "zegluga-baltyk"),
        ("Źródło Zdrowia", "zrodlo-zdrowia"),
        ("Meble Dąbrowa", "meble-dabrowa"),
    ),
    ("sp. z o.o.", "S.A."),
    (("Małgorzata", "Śliwińska", "ms"), ("Łukasz", "Żurawski", "mr"), ("Paweł", "Gąsior", "mr")),
    (Place("Warszawa", "00-021", "ul. Złotników", "", "+4822452", 4),),
)
CZECHIA = Culture(
    "CZ",
    "en",
    "cz",
    (("Pivovar Řezník", "pivovar-reznik"), ("Železářství Dvořáček", "zelezarstvi-dvoracek"), ("Lékárna U Lípy", "lekarna-u-lipy")),
    ("s.r.o.", "a.s."),
    (("Jiří", "Dvořáček", "mr"), ("Božena", "Šťastná", "ms")),
    (Place("Praha", "110 00", "Hodinářská", "", "+420224521", 3),),
)
GREECE = Culture(
    "GR",
    "en",
    "gr",
    (
        ("Ναυτιλιακή Αιγαίου", "naftiliaki-aigaiou"),
        ("Αρτοποιείο Ήλιος", "artopoieio-ilios"),
        ("Ξενοδοχείο Ακρόπολις", "xenodocheio-akropolis"),
    ),
    ("Α.Ε.", "Ε.Π.Ε."),
    (("Ελένη", "Παπαδάκη", "ms"), ("Γιώργος", "Νικολαΐδης", "mr")),
    (Place("Αθήνα", "105 57", "Οδός Ωρολογοποιών", "", "+3021045212", 2),),
)
UKRAINE = Culture(
    "UA",
    "en",
    "ua",
    (("Кав’ярня Світанок", "svitanok"), ("Будівельник Плюс", "budivelnyk-plus"), ("Аптека Калина", "apteka-kalyna")),
    ("ТОВ", ""),
    (("Олена", "Ковальчук", "ms"), ("Тарас", "Ґудзь", "mr")),
    (Place("Київ", "01001", "вул. Годинникарів", "", "+380444521", 3),),
)
JAPAN = Culture(
    "JP",
    "en",
    "jp",
    (("青空物流", "aozora-butsuryu"), ("さくら歯科", "sakura-shika"), ("ミナト電機", "minato-denki")),
    ("株式会社", "合同会社"),
    (("陽子", "高橋", "ms"), ("健太", "渡辺", "mr")),
    (Place("東京", "100-0005", "時計町", "", "+81345211", 3),),
)
EMIRATES = Culture(
    "AE",
    "en",
    "ae",
    (("فندق النخيل", "nakheel-hotel"), ("مكتبة الحكمة", "hikma-books")),
    ("ش.م.م",),
    (("ليلى", "الحسن", "ms"), ("يوسف", "القاسم", "mr")),
    (Place("دبي", "00000", "شارع الساعات", "", "+9714345", 4),),
)
CANADA = Culture(
    "CA",
    "en",
    "ca",
    (
        ("Northern Loon Outfitters", "northernloon"),
        ("Érablière Beauséjour", "erabliere-beausejour"),
        ("Prairie Grain Co-op", "prairiegrain"),
    ),
    ("Ltd.", "Inc."),
    (("Geneviève", "Tremblay", "ms"), ("Liam", "MacKinnon", "mr")),
    (Place("Toronto", "M5H 2N2", "Cooper’s Lane", "ON", "+1416555", 4),),
)


def company_names(cultures: tuple[Culture, ...], rng: Random) -> Iterator[tuple[Culture, Place, str, str]]:
    """Company after company, none twice: the culture, a town, the name, and a mail domain. The first culture is the most frequent."""
    number = 0
    while True:
        number += 1
        names = [(culture, name, domain) for culture in cultures for name, domain in culture.companies]
        rng.shuffle(names)
        for culture, name, domain in names:
            place = rng.choice(culture.places)
            parts = [
                name,
                place.city if number > 1 else "",
                str(number) if number > len(cultures[0].places) else "",
                rng.choice(culture.forms),
            ]
            branch = f"-{number}" if number > 1 else ""
            yield culture, place, " ".join(part for part in parts if part), f"{domain}{branch}.{culture.tld}"


def phone_number(place: Place, rng: Random) -> str:
    """A number of the town. North American ones are from the block kept for fiction."""
    if place.phone.startswith("+1"):
        return f"{place.phone}01{rng.randrange(100):02d}"
    return f"{place.phone}{rng.randrange(10**place.digits):0{place.digits}d}"
