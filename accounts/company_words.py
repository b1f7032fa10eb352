"""What matching knows of companies' names: legal forms, abbreviations, trades, frequent surnames, public mail services. Data."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of a text, once each."""
    return frozenset(text.split())


# Legal forms say nothing about who it is. Phrases are looked for before single words.
LEGAL_PHRASES = (
    "spółka z ograniczoną odpowiedzialnością", "sociedad de responsabilidad limitada", "sociedad limitada", "sociedad anónima",
    "società a responsabilità limitata", "società per azioni", "in liquidazione", "in liquidation", "proprietary limited",
    "public limited company", "limited liability company", "gesellschaft mit beschränkter haftung", "besloten vennootschap",
    "naamloze vennootschap", "anonim şirketi", "gu fen you xian gong si", "you xian gong si", "sp z oo", "spółka z oo", "spol s ro",
    "s de rl de cv", "sa de cv", "sas de cv", "ltd sti", "a s", "s a", "s s",
)  # fmt: skip
LEGAL_FORMS = words(
    """
    ab ad ae ag aksjeselskap aktiebolag aktiengesellschaft ao aps as asa associato associati bhd bt bv bvba co coltd company corp
    corporation cv da dd doo ehf ek eirl eood ev eu gbr gesmbh ggmbh gmbh gp gruppe group holding inc incorporated is kft kg kgaa ks
    kk lda limited llc llp lp ltd ltda mbh mbb nv oao ohg ood ooo oy oyj pao partg pjsc plc pllc pte pty pvt rt sa sagl sapi sarl
    sas sasu sc sca scop scrl se sl slu snc soc spa spółka spol sprl srl srls sro ss şti tov tmi ug verwaltung verwaltungs zao zrt
    """
)  # fmt: skip
JOINERS = words(
    """
    a am an and das de degli dei del della der des di die du e ed el en et für gli i il im kai la las le les lo los of og och the
    und v van vom von y zu zum zur
    """
)  # fmt: skip
ABBREVIATIONS = {
    "gebr": "gebrüder", "flli": "fratelli", "bros": "brothers", "st": "sankt", "ste": "sankt", "saint": "sankt", "sainte": "sankt",
    "intl": "international", "mfg": "manufacturing", "univ": "universität", "university": "universität", "ets": "établissements",
    "svc": "services", "svcs": "services", "mgmt": "management", "natl": "national",
}  # fmt: skip
# Spelled out only where a dot says that the word was cut short. Other words with a dot match whatever they begin.
CUT_SHORT = {"cia": "compañía", "ing": "ingenieur", "masch": "maschinen", "dept": "department", "techn": "technik"}
# Words that many companies share: they tell the trade, not the name.
GENERIC = words(
    """
    agentur agency apotek apotheke apotheek architekten arredamenti ascensori assicurazioni auto autofficina autohaus automobile
    automobiles bakkerij banca bank bar bau bauen beratung boulangerie bouwbedrijf cabinet cafe catering center centre central
    centrale centro ceramiche cleaning clinic clinica club commerce consult consulting construction construcciones constructora
    costruzioni data dental dentista design development digital distribution dr druckerei electronics elektro elektrotechnik energie
    energy engineering equipment europa europe export fabrik farmacia farm farms finance food foods freight garage gartenbau
    gasthaus gasthof gemeinde comune comunita getranke grand grupo handel handels haus hausverwaltung health heizung heating
    holz holzbau hospital hostal hotel hotels immobilien import industrie industries industry ingenieur ingenieurburo innovation
    institut international it kanzlei klinik klinikum klimatechnik kommunikation krankenhaus legal logistic logistics logistik
    machine machinery management manufacturing marine maschinen maschinenbau maschinenfabrik media medical metal metall metallbau
    metzgerei backerei mobel motors museum nord sud ost west north south east office online osterreich austria deutschland germany
    italia italy schweiz suisse france partner partners pharma pharmacie pharmacy pizzeria plumbing pool praxis produktion
    production products project projekt protect rechtsanwalte real realty reisen reise reiseburo restaurant ristorante sanitar
    sanitair sankt schule school security service services servis shipping shop shops software solar solicitors solution solutions
    sons sport sports stadt stadtwerke stahl steel store studio systeme systems system technic technical technik technologie
    technologies technology tools tourisme tourism trade trading trans transport transporte transports trasporti travel trattoria
    universitat hochschule verein verlag versicherung vertrieb viaggi volksbank sparkasse raiffeisenbank weingut weinhaus werk werke
    werkstatt wine winery zahnarzt zahnarztpraxis zentrum zimmerei
    """
)  # fmt: skip
# Names that many companies share: alone they do not tell one from another.
SURNAMES = words(
    """
    muller schmidt schneider fischer weber meyer meier maier mayer wagner becker schulz hoffmann huber bauer koch richter klein wolf
    rossi russo ferrari esposito bianchi romano colombo ricci marino greco bruno martin bernard dubois thomas robert petit durand
    garcia gonzalez rodriguez fernandez lopez martinez sanchez perez smith jones williams brown taylor davies evans johnson jansen
    jansens de vries bakker visser green white black
    """
)  # fmt: skip
# Where anybody may have an address: the domain says nothing of the company.
PUBLIC_MAIL = words(
    """
    gmail.com googlemail.com yahoo.com yahoo.de yahoo.it yahoo.fr yahoo.es yahoo.co.uk hotmail.com hotmail.it hotmail.de hotmail.fr
    hotmail.co.uk outlook.com outlook.de outlook.it outlook.fr live.com live.it live.de msn.com aol.com icloud.com me.com mac.com
    gmx.de gmx.net gmx.at gmx.ch gmx.com web.de t-online.de freenet.de arcor.de online.de 1und1.de libero.it virgilio.it tiscali.it
    alice.it tin.it inwind.it fastwebnet.it pec.it legalmail.it aruba.it arubapec.it orange.fr wanadoo.fr free.fr laposte.net sfr.fr
    neuf.fr bluewin.ch sunrise.ch hispeed.ch proton.me protonmail.com pm.me mail.com mail.ru bk.ru list.ru inbox.ru yandex.ru
    yandex.com rambler.ru qq.com 163.com 126.com sina.com foxmail.com naver.com ziggo.nl kpnmail.nl planet.nl xs4all.nl hetnet.nl
    home.nl telenet.be skynet.be telefonica.net terra.es aon.at chello.at a1.net wp.pl o2.pl onet.pl interia.pl seznam.cz centrum.cz
    azet.sk abv.bg ukr.net i.ua btinternet.com btconnect.com sky.com virginmedia.com comcast.net verizon.net att.net sbcglobal.net
    cox.net bigpond.com optusnet.com.au xtra.co.nz uol.com.br bol.com.br zoho.com fastmail.com hey.com tutanota.com posteo.de
    mailbox.org
    """
)  # fmt: skip
