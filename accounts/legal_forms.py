"""Legal forms of companies: how they are written, what sort they are, in which countries. They say nothing of who it is. Data.

The sort is l (limited), s (by shares), p (partnership), e (one owner), c (co-operative, association, public). Two sorts speak for two
companies, and so do two forms without a country in common. International forms have neither.
"""

from __future__ import annotations

from accounts.company_words import words

# The sort, the countries, and the forms; longer phrases stand where they belong and are looked for before shorter ones.
_TABLE = """
l DE,AT,CH,LI,LU,IT | GmbH; G.m.b.H.; mbH; m.b.H.; gGmbH; Gesellschaft mit beschränkter Haftung; gemeinnützige GmbH
l DE | UG; UG haftungsbeschränkt; Unternehmergesellschaft; Unternehmergesellschaft haftungsbeschränkt
l AT | GesmbH; Ges.m.b.H.; Ges. m. b. H.; FlexCo; FlexKapG
l IT,RO,BE,MD | S.r.l.; Società a responsabilità limitata; Societate cu răspundere limitată
l IT | S.r.l.s.; Srl unipersonale; S.r.l. a socio unico; Società a responsabilità limitata semplificata; S.c.a r.l.; Scarl; S.c.r.l.
l BE | SPRL; BVBA; CVBA; SCRL; Société à responsabilité limitée
l FR,LU,CH,BE | SARL; S.à r.l.; Sàrl; S.à.r.l.; Société à responsabilité limitée
l FR | EURL; SELARL; SARLU
l CH | Sagl; Società a garanzia limitata
l NL,BE | B.V.; BV; Besloten Vennootschap; Besloten vennootschap met beperkte aansprakelijkheid
l ES | S.L.; S.L.U.; S.L.L.; S.L.N.E.; Sociedad Limitada; Sociedad Limitada Unipersonal; Sociedad de Responsabilidad Limitada
l PT | Lda; Lda.; Limitada; Unipessoal Lda; Sociedade Unipessoal Lda; Unipessoal
l BR | Ltda; Ltda.; EIRELI
l DK | ApS; Anpartsselskab; IVS
l PL | Sp. z o.o.; Sp. z o. o.; Sp. zoo; Spółka z o.o.; Spółka z ograniczoną odpowiedzialnością
l CZ,SK | s.r.o.; spol. s r.o.; spol. s r. o.; společnost s ručením omezeným; spoločnosť s ručením obmedzeným; spol. s ručením omezeným
l HU | Kft.; Korlátolt Felelősségű Társaság
l SI,HR,RS,BA,ME,MK | d.o.o.; j.d.o.o.; društvo s ograničenom odgovornošću; družba z omejeno odgovornostjo; ДОО; ДООЕЛ
l BG | ООД; ЕООД; OOD; EOOD
l GR,CY | ΕΠΕ; Ε.Π.Ε.; ΙΚΕ; Ι.Κ.Ε.; EPE; IKE; P.C.; Μονοπρόσωπη ΙΚΕ
l RU,BY,KZ,UA | ООО; OOO; Общество с ограниченной ответственностью; ТОО
l UA | ТОВ; TOV; TzOV; Товариство з обмеженою відповідальністю
l EE | OÜ; Osaühing
l LV | SIA; Sabiedrība ar ierobežotu atbildību
l LT | UAB; Uždaroji akcinė bendrovė
l IS | ehf.; Einkahlutafélag
l TR | Ltd. Şti.; Limited Şirketi
s DE,AT,CH,LI,LU,IT | AG; Aktiengesellschaft; gAG
s CH,FR,BE,LU,DE,AT,IT | SA/AG; AG/SA
s IT,RO | S.p.A.; SpA; Società per Azioni
s IT | S.a.p.a.
s NL,BE | N.V.; Naamloze Vennootschap
s FR | SAS; S.A.S.; SASU; S.A.S.U.; SCA; Société par actions simplifiée; SELAS
s ES | S.A.U.; Sociedad Anónima; Sociedad Anónima Unipersonal; S.A.L.
s PT | SGPS
s DK,NO | A/S; Aktieselskab
s NO | ASA; Allmennaksjeselskap
s SE,FI,AX | Aktiebolag; AB publ
s FI | Oyj; Oyj Abp; Julkinen osakeyhtiö
s PL | Spółka Akcyjna; P.S.A.; Prosta Spółka Akcyjna
s CZ,SK | akciová společnost; akciová spoločnosť
s HU | Zrt.; Nyrt.; Rt.; Zártkörűen Működő Részvénytársaság
s SI,HR,RS,BA,ME,MK | d.d.; а.д.
s BG | ЕАД; EAD; Акционерно дружество
s GR,CY | Α.Ε.; ΑΕ; A.E.; Ανώνυμη Εταιρεία; ΑΒΕΕ; Α.Β.Ε.Ε.; ABEE
s RU,BY,KZ | ПАО; ОАО; ЗАО; PAO; OAO; ZAO; Акционерное общество; НАО
s UA | ПрАТ; ПАТ; PrAT
s GB,IE | PLC; P.L.C.; Public Limited Company
s TR | A.Ş.; Anonim Şirketi
p DE,AT,CH,LI,IT | KG; OHG; Kommanditgesellschaft; KGaA; offene Handelsgesellschaft; KmG
p DE,AT | GbR; PartG; PartG mbB; PartGmbB; Partnerschaftsgesellschaft; OG; Offene Gesellschaft; Partnerschaft mbB
p AT | KEG; OEG
p IT,FR,BE,CH,LU | S.n.c.; SNC; Società in nome collettivo
p IT | S.a.s.; Società in accomandita semplice; S.s.; Società semplice; Associato; Associati
p NL,BE | V.O.F.; VOF; C.V.; Maatschap; Vennootschap onder firma
p FR | SCI; SCP; SCEA; GAEC; EARL; SCM
p ES | S.C.; C.B.; Comunidad de Bienes; Sociedad Civil; S.C.P.
p PL | Sp. j.; Sp.j.; Sp. k.; Sp.k.; S.C.; s.c.; Spółka jawna; Spółka komandytowa; Spółka cywilna; Sp. p.; Sp. z o.o. Sp. k.
p PL | Sp. z o.o. S.K.A.
p CZ,SK | v.o.s.; k.s.; komanditní společnost; veřejná obchodní společnost
p HU | Bt.; Kkt.; Betéti Társaság
p DK | K/S; I/S; P/S
p NO | ANS; DA
p SE,FI | HB; Handelsbolag; Kommanditbolag
p FI | Ky; Avoin yhtiö; Kommandiittiyhtiö
p GR,CY | Ο.Ε.; ΟΕ; Ε.Ε.; O.E.; E.E.; Ομόρρυθμη Εταιρεία
p GB,IE,US | LLP; L.L.P.; LP
p HR,SI,RS | j.t.d.; k.d.; o.d.; d.n.o.
e DE | e.K.; e.Kfm.; e.Kfr.; eingetragener Kaufmann; eingetragene Kauffrau
e AT | e.U.; eingetragenes Einzelunternehmen
e BG | ET; ЕТ
e RU,UA | ИП; ФОП; IP; FOP; ЧП; ПП; PP; PE
e NO,DK | ENK; Enkeltpersonforetak; Enkeltmandsvirksomhed
e FI | Tmi; T:mi; Toiminimi
e IT | Ditta individuale
e HR,SI,RS | s.p.; obrt; preduzetnik
e RO | PFA; Î.I.; Întreprindere Individuală
e HU | e.v.; egyéni vállalkozó
e FR | EI; EIRL; auto-entrepreneur; micro-entreprise
e NL | Eenmanszaak
c DE,AT,CH | eG; e.G.; eGen; e.Gen.; e.V.; eingetragene Genossenschaft; eingetragener Verein; gemeinnütziger Verein
c IT | Soc. Coop.; Società Cooperativa; Soc. Coop. a r.l.; Scpa; S.c.p.A.; Onlus; Cooperativa sociale; A.S.D.; A.P.S.
c FR | SCOP; SCIC; Association loi 1901
c ES | S. Coop.; Sociedad Cooperativa; S.C.C.L.; S.A.T.
c NL,BE | U.A.; Coöperatie U.A.; VZW; ASBL
c SE,FI | Ek. för.; Ekonomisk förening; Osuuskunta; Osk
c NO,DK | A.M.B.A.; AMBA; Andelsselskab; BA
c - | z.s.; o.p.s.; z.ú.; Sp-nia; Spółdzielnia; družstvo; SE; S.E.; Societas Europaea
- - | Ltd; Ltd.; Limited; LLC; L.L.C.; Inc; Inc.; Incorporated; Corp; Corp.; Corporation; Co. Ltd.; Co., Ltd.; Company Limited
- - | Co. Limited; JSC; PJSC; CJSC
- - | OJSC; PLLC; Pte; Pte. Ltd.; Pty; Pty. Ltd.; Proprietary Limited; Pvt; Pvt. Ltd.; Private Limited; Limited Liability Company
- - | Joint Stock Company; Bhd
- - | S.A.; SA; Société Anonyme; Sociedade Anónima; Sociedade Anônima; A.S.; AS; a.s.; AB; AD; A.D.; АД; AO; АО; Oy; Oy Ab; Ab Oy
- - | Osakeyhtiö; KK; K.K.
- - | Kabushiki Kaisha; Kabushiki Gaisha; G.K.; Godo Kaisha; Y.K.; Yugen Kaisha; GmbH & Co. KG; GmbH & Co KGaA; GmbH & Co. OHG
- - | AG & Co. KG; i.L.; i.G.
- - | UG & Co. KG; UG haftungsbeschränkt & Co. KG; Ltd. & Co. KG; SE & Co. KG; SE & Co. KGaA; S. de R.L. de C.V.; S.A. de C.V.
- - | S.A.S. de C.V.; S.A.P.I. de C.V.
- - | in liquidazione; in liquidation; in Liquidation; en liquidation; en liquidación; w likwidacji; v likvidaci; f.a.; HF; hf.; KS
- - | Aksjeselskap; haftungsbeschränkt; HmbH
- - | Enterprises Ltd; P/L; W.L.L.; FZE; FZCO; FZ LLC; NUF; filial; sucursal en España; Zweigniederlassung; succursale
- - | Zweigniederlassung Österreich
"""
# Forms that are words or parts of names too: taken for a form only at the beginning or the end of a name.
WEAK = words("ans bhd earl epe filial fop ike obrt pat sas sat sci sia spa")


def forms() -> list[tuple[str, str, frozenset[str]]]:
    """Every form as written, with its sort ("" for any) and its countries."""
    found = []
    for line in _TABLE.strip().splitlines():
        head, written = line.split(" | ")
        sort, countries = head.split()
        where = frozenset() if countries == "-" else frozenset(countries.split(","))
        found += [(form, sort.strip("-"), where) for form in written.split("; ")]
    return found
