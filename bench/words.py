"""Words of invented companies."""

KINDS = [
    "Logistik",
    "Hotel",
    "Praxis",
    "Energie",
    "Werke",
    "Handel",
    "Medien",
    "Software",
    "Bau",
    "Kliniken",
    "Verlag",
    "Druck",
    "Transporte",
    "Foods",
    "Design",
    "Services",
]
