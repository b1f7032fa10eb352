import pytest

from accounts.said_names import Said, said


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Huber & Pichler GmbH", Said("Huber & Pichler GmbH")),
        ("Solveta AG (vormals Gaswerk Rietburg AG)", Said("Solveta AG", told=("Gaswerk Rietburg AG",))),
        ("Nordlicht Medien, früher Druckhaus Petrowitz", Said("Nordlicht Medien", told=("Druckhaus Petrowitz",))),
        ("Calypsa SAS – ex-Conserverie Le Guellec", Said("Calypsa SAS", told=("Conserverie Le Guellec",))),
        ("Brindle Foods Ltd t/a The Copper Pan", Said("Brindle Foods Ltd", told=("The Copper Pan",))),
        ("Lumera (numera Kvarnviks)", Said("Lumera", others=("Kvarnviks",))),
        ("Blumen Irmi, Inh. Irmgard Kast", Said("Blumen Irmi", others=("Irmgard Kast",), owner="Irmgard Kast")),
        ("Golfclub Reichau c/o Kanzlei Bömmel", Said("Golfclub Reichau", care_of="Kanzlei Bömmel")),
        ("Bröllin GmbH, z. Hd. Frau Kappes", Said("Bröllin GmbH", care_of="Frau Kappes")),
        ("Coro Valfredda (presso Studio Rossi)", Said("Coro Valfredda", care_of="Studio Rossi")),
        # Words of names, not marks.
        ("Ex Libris AG", Said("Ex Libris AG")),
        ("Café Jetzt GmbH", Said("Café Jetzt GmbH")),
        ("Owner Capital Ltd", Said("Owner Capital Ltd")),
        ("Presso Bar Milano", Said("Presso Bar Milano")),
        ("(Nordlicht)", Said("Nordlicht")),
        ("", Said("")),
    ],
)
def test_said(text, found):
    assert said(text) == found
