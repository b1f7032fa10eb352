"""More legal forms, words for "company" and writings of tax numbers are left out when rows are looked for; what was indexed is made anew."""

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
    "ћ": "c", "ђ": "d", "θ": "th", "ξ": "x", "χ": "kh", "ψ": "ps", "ου": "ou", "ού": "ou", "ph": "f", "dj": "d", "ß": "ss",
}  # fmt: skip
FORMS = (
    "ab|ae|ag|aps|as|asa|beteiligungs|bt|bv|bvba|co|compani|compagnie|cie|corp|corporation|dd|doo|eg|ehf|ek|eood|eu|eurl|gbr|gesmbh|ggmbh|gmbh|group|groupe|grupo|gruppo|"
    "gruppe|holding|ike|inc|incorporated|kft|kg|kgaa|lda|limited|llc|llp|ltd|ltda|mbh|nv|oao|obrt|og|ohg|ood|ooo|ou|oi|oii|pao|plc|pte|pti|sa|sagl|sarl|sas|"
    "sasu|sia|sl|slu|snc|spa|spol|spolka|sp|srl|srls|sro|tov|uab|ug|vof|zao|zrt|"
    "akciova|akcyina|aktiebolag|aktiengesellschaft|aktieselskab|anpartsselskab|ograniczona|odpowiedzialnoscia|osauhing|osakeihtio|spolecnost|unipessoal|"
    "az|azienda|agr|agricola|ditta|ges|gesellschaft|fa|firma|impresa|entreprise|ets|etablissements|zaklad|przedsiebiorstwo|handlowo|handlowa|uslugowe|uslugowa|produkciino|"
    "phu|fhu|pphu|ppuh|soc|societa|societe|sociedad|sociedade|inh|inhaber|gebr|gebruder|fratelli|flli|dr|ing|dipl|st|sankt|saint"
)


def match_key() -> str:
    """Lower case, Latin letters, ae as ä; no punctuation; no legal forms and words for "company", unless there is nothing else."""
    text = "lower(public.unaccent('public.unaccent', lower(value)))"
    for one, other in SEVERAL.items():
        text = f"replace({text}, '{one}', '{other}')"
    text = f"translate({text}, '{''.join(LETTERS)}', '{''.join(LETTERS.values())}')"
    text = f"regexp_replace({text}, '([aou])e', '\\1', 'g')"
    # S.p.A. and GmbH & Co. KG: letters with dots belong together.
    text = f"regexp_replace({text}, '(\\m[a-z])\\.(?=[a-z]\\M)', '\\1', 'g')"
    text = f"regexp_replace({text}, '[[:punct:][:space:]]+', ' ', 'g')"
    return f"""
CREATE OR REPLACE FUNCTION portal_match_key(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
    plain text := trim({text});
    short text := trim(regexp_replace(plain, '\\m({FORMS})\\M *', '', 'g'));
BEGIN
    RETURN CASE WHEN short = '' THEN plain ELSE short END;
END $$;
"""


# The digits that tell the company: without the key of a French VAT number, the branch, and what follows in Sweden, Hungary, the Netherlands.
TAX_KEY = r"""
CREATE OR REPLACE FUNCTION portal_tax_key(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT ltrim(CASE
        WHEN bare ~ '^FR[A-Z0-9]{2}[0-9]{9}$' THEN right(bare, 9)
        WHEN bare ~ '^(FR)?[0-9]{14}$' THEN left(digits, 9)
        WHEN bare ~ '^SE[0-9]{10}01$' THEN left(digits, 10)
        WHEN bare ~ '[0-9]{9}B[0-9]{2}$' THEN left(digits, 9)
        WHEN value ~ '[0-9]{8}-[0-9]-[0-9]{2}$' THEN left(digits, 8)
        ELSE digits END, '0')
    FROM (SELECT regexp_replace(upper(value), '[^A-Z0-9]', '', 'g') AS bare, regexp_replace(value, '[^0-9]', '', 'g') AS digits) AS written
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_add_merge")]

    operations = [
        migrations.RunSQL(match_key(), migrations.RunSQL.noop),
        migrations.RunSQL(TAX_KEY, migrations.RunSQL.noop),
        *(migrations.RunSQL(f"REINDEX INDEX {name};", migrations.RunSQL.noop) for name in ("account_match_name", "account_match_tax", "contact_match_name")),
    ]
