"""How the database writes names, hosts and tax numbers so that equal ones are found by an index, whatever way a row came in."""

from django.db import migrations

LETTERS = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "з": "z", "и": "i", "й": "i", "к": "k", "л": "l", "м": "m",
    "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "ы": "i", "э": "e", "ґ": "g", "є": "e", "і": "i",
    "ї": "i", "ј": "i", "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "ι": "i", "κ": "k", "λ": "l", "μ": "m",
    "ν": "n", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "i", "φ": "f", "ω": "o", "ά": "a", "έ": "e", "ή": "i",
    "ί": "i", "ό": "o", "ύ": "i", "ώ": "o", "ϊ": "i", "ϋ": "i", "y": "i", "j": "i",
}  # fmt: skip
SEVERAL = {
    "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "iu", "я": "ia", "ъ": "", "ь": "", "њ": "ni", "љ": "li",
    "ћ": "c", "ђ": "d", "θ": "th", "ξ": "x", "χ": "kh", "ψ": "ps", "ph": "f", "ß": "ss",
}  # fmt: skip
FORMS = (
    "ab|ag|as|asa|bv|bvba|co|corp|corporation|company|doo|eood|gbr|ggmbh|gmbh|group|gruppe|holding|inc|incorporated|kft|kg|kgaa|limited|llc|"
    "llp|ltd|mbh|nv|oao|ohg|ood|ooo|oy|oi|oyj|oii|pao|plc|pte|pty|pti|sa|sagl|sarl|sas|snc|spa|spol|spolka|sp|srl|srls|sro|tov|ug|zao"
)


def match_key() -> str:
    """Lower case, Latin letters, ae as ä; no punctuation; no legal forms, unless there is nothing else."""
    text = "lower(public.unaccent('public.unaccent', lower(value)))"
    for one, other in SEVERAL.items():
        text = f"replace({text}, '{one}', '{other}')"
    text = f"translate({text}, '{''.join(LETTERS)}', '{''.join(LETTERS.values())}')"
    text = f"regexp_replace({text}, '([aou])e', '\\1', 'g')"
    # S.p.A. and GmbH & Co. KG: letters with dots belong together.
    text = f"regexp_replace({text}, '(\\m[a-z])\\.(?=[a-z]\\M)', '\\1', 'g')"
    text = f"regexp_replace({text}, '[[:punct:][:space:]]+', ' ', 'g')"
    return f"""
CREATE FUNCTION portal_match_key(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
    plain text := trim({text});
    short text := trim(regexp_replace(plain, '\\m({FORMS})\\M *', '', 'g'));
BEGIN
    RETURN CASE WHEN short = '' THEN plain ELSE short END;
END $$;
"""


HOST_KEY = r"""
CREATE FUNCTION portal_host_key(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT reverse(regexp_replace(regexp_replace(lower(value), '^([a-z]+://)?([^@/]*@)?(www\.)?', ''), '[/:?#].*$', ''))
$$;
"""
TAX_KEY = r"""
CREATE FUNCTION portal_tax_key(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT regexp_replace(upper(value), '[^A-Z0-9]', '', 'g')
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_initial"), ("core", "0006_add_search_entry")]

    operations = [
        migrations.RunSQL(match_key(), "DROP FUNCTION portal_match_key(text);"),
        migrations.RunSQL(HOST_KEY, "DROP FUNCTION portal_host_key(text);"),
        migrations.RunSQL(TAX_KEY, "DROP FUNCTION portal_tax_key(text);"),
    ]
