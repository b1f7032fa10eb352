import pytest

from accounts.names import read_name
from accounts.practices import likeness


@pytest.mark.parametrize(
    ("left", "right", "is_in_one_town", "score"),
    [
        ("Dr. med. Annelie Wendelin, Kinderärztin", "Kinderarztpraxis Wendelin Annelie Dr.", False, 88),
        ("Dr. med. dent. Konstanze Ahlfeld", "Zahnärztin Ahlfeld Konstanze", False, 88),
        ("Orthopädie Dr. Ekkehard Pfaffenrath", "Dr. E. Pfaffenrath, Orthopäde", False, 88),
        ("Notar Dr. Ägidius Rottensteiner", "Notariat Rottensteiner", True, 80),
        ("Notar Dr. Ägidius Rottensteiner", "Notariat Rottensteiner", False, 0),
        ("Dr. Annegret Pfohlmann, Internistin", "Pfohlmann Annegret Dr., Fachärztin für Innere Medizin", False, 88),
        ("Dr Maëlle Kervadec, médecin généraliste", "Cabinet médical Kervadec Maëlle", True, 88),
        ("Dr. Hartwig Enzenroth, Urologe", "Dr. Hartwig Enzenroth, Rechtsanwalt", True, 0),
        ("Dr. Sandra Buchholz, Internistin", "Dr. Sabine Buchholz, Internistin", True, 0),
        ("Zahnarztpraxis Meyer", "Zahnärztin Lena Meyer", True, 0),
        ("Dr. Beate Kolberger Zahnärztin", "Tierarztpraxis Dr. Beate Kolberger", True, 0),
        ("Dr. Kerstin Baumann Hausarzt", "Dr. Karsten Baumann Hausarzt", True, 0),
        ("Optik Seidenspinner", "Notariat Seidenspinner", True, 0),
    ],
)
def test_likeness(left, right, is_in_one_town, score):
    assert likeness(read_name(left), read_name(right), is_in_one_town) == score
