"""What matching knows of professions, their practices and of public institutions. Data.

Each group is one word to matching; where its first word is that of a group in `company_words.TRADES`, it goes on with that group.
"""

from __future__ import annotations

from accounts.company_words import words

# Practices of people: the profession, who has it, and where it is done.
PROFESSIONS = """
zahnarzt zahnärztin zahnärzte zahnarztpraxis zahnarztpraxen zahnmedizin zahnklinik zahnordination dental dentist dentistico dentists
dentalpraxis dent odontoiatra odontoiatrico odontoiatria dentaire dentalna dentista dentistes odontólogo odontología odontologia
tandartsen tandläkarna tandläkaren tandvård tandläkarmottagning tandvården tannlege tannlegene tannlegen tannklinikk tannklinikken
tandklinik tandklinikken tandlægehuset tandlægen stomatologiczny stomatologiczna stomatologická stomatolog stomatologist hambaarst
hambaravi hammaslääkäriasema zobārstniecība odontologijos fogorvos fogorvosi stomatologic стоматология стоматолог οδοντίατρος
οδοντιατρείο; kinderarzt kinderärztin kinderärzte kinderarztpraxis kinderheilkunde kindermedizin pediatra pediatria pédiatre pédiatrie
pediatr pediatrická pediatric kinderarts pediatrician paediatrics; augenarzt augenärztin augenärzte augenarztpraxis augenheilkunde
augenklinik augenzentrum oculista oftalmólogo oftalmología ophtalmologue okulista okulistyczny oogarts ögonläkare øjenlæge øyelege oční
szemész; hautarzt hautärztin hautärzte hautarztpraxis hautzentrum dermatologie dermatologia dermatologo dermatologue dermatólogo
dermatolog dermatologiczny dermatoloog hudläkare hudlæge kožní; frauenarzt frauenärztin frauenärzte frauenarztpraxis frauenheilkunde
gynäkologie gynäkologe gynäkologin gynäkologische ginecologo ginecologia gynécologue ginecólogo ginekolog ginekologiczny gynekolog
gynekologie nőgyógyász; tierarzt tierärztin tierärzte tierärztliche tierarztpraxis tierklinik kleintierpraxis kleintierklinik vet
veterinario veterinaria veterinari vétérinaire vétérinaires dierenarts dierenartsen dierenkliniek dierenartspraktijk weterynaryjny
weterynaryjna weterynaria weterynarz veterinární veterinář veterinär veterinärklinik dyrlæge dyreklinik dyrlege eläinlääkäri
eläinklinikka állatorvos állatorvosi veterinary vets mvdr ветеринар κτηνίατρος; arzt ärztin ärzte arztpraxis hausarzt hausärztin
hausärzte hausarztpraxis hausärztliche ärztehaus allgemeinarzt allgemeinmedizin allgemeinmediziner facharzt fachärztin ordination
gemeinschaftspraxis medico medici ambulatorio médecin médecins médical médicale médico médica consultorio huisarts huisartsen
huisartsenpraktijk huisartspraktijk lekarz lekarski lekarska lekarskie lékař lekár lékařská mudr orvos orvosi lege legekontor legesenter
læge lægehus lægehuset lægerne läkare läkarmottagning vårdcentral lääkäri lääkäriasema medic cabinetul physician surgery клиничен
ιατρείο ιατρός; notar notarin notare notariat notarkanzlei notaio notai notarile notariale notaire notaires notaria notaría notario
notaris notarissen notarissenkantoor notariskantoor notariusz notarialna notář notářka notářská notár közjegyző notary; rechtsanwälte
rechtsanwalt rechtsanwältin rechtsanwaltskanzlei anwaltskanzlei anwalt anwältin anwälte ra rain rae avv avvocato avvocata avvocati
avvocatura avocat avocate avocats abogado abogada abogados bufete advogado advogada advocaat advocaten advocatenkantoor legale legal
advokatfirma advokatbyrå advokatkontor adwokat adwokata adwokacka radca radcy radców advokát advokátka ügyvéd asianajotoimisto solicitor
barrister odvetnik odvjetnik avocatul; steuerberatung steuerberater steuerberaterin steuerkanzlei steuerbüro wirtschaftsprüfer
commercialista commercialisti daňový gestoría asesoría belastingadviseur boekhouder könyvelés; architekt architektin architekten
architektur architekturbüro architekturatelier architetto architetti architettura architecte architectes arquitecto arquitecta
arquitectos arquitectura architect architects architecten architectenbureau architekci architektoniczna architektura arkitekt arkitekter
arkitektfirma építész arhitekt arhitect; hebamme hebammen hebammenpraxis ostetrica verloskundige verloskundigen verloskundigenpraktijk
comadrona jordemoder położna; physiotherapie physiotherapeut physiotherapeutin physiotherapiepraxis physio krankengymnastik fisioterapia
fisioterapista fisioterapeuta kinésithérapeute kinésithérapie fysiotherapie fysiotherapeut fysiotherapiepraktijk fizjoterapia
fizjoterapeuta fyzioterapie fysioterapi fysioterapeut sjukgymnastik fysioterapia gyógytornász physiotherapist physiotherapy;
psychotherapie psychotherapeut psychotherapeutin psychologe psychologin psychologische psicologo psicologa psicologia psicólogo
psicóloga psicoterapeuta psychologue psycholoog psycholog psychoterapeuta psykolog psykologi pszichológus psychologist; orthopäde
orthopädin orthopädie orthopädische ortopedico ortopedia orthopédiste orthopeed ortopeda ortopéd ortopedie; logopädie logopäde logopädin
logopedista logopedie orthophoniste logopeda logopedia; heilpraktiker heilpraktikerin naturheilpraxis; ziviltechniker ziviltechnikerin
zt; internist internistin internisten internistische innere interna interne interní wewnętrznych belgyógyász kardiologe kardiologin
kardiologie cardiologo cardiologia cardiologue kardiolog; hno ohrenarzt ohrenheilkunde otorinolaringoiatra otorrino orl laryngolog kno;
urologe urologin urologie urologo urologia urologue urolog; radiologe radiologin radiologie radiologia radiologo radiologue radiolog;
neurologe neurologin neurologie neurologo neurologia neurologue neurolog nervenarzt; psychiater psychiaterin psychiatrie psichiatra
psychiatre psychiatr; chirurg chirurgin chirurgie chirurgo chirurgia chirurgien cirujano cirurgião chirurgický
"""
# Where a practice is, whatever the profession.
WORKPLACES = words(
    """
    praxis praxen studio ordination ordinace ordinácia gabinet cabinet kanzlei kancelaria kancelář kancelária kantoor praktijk praktyka
    consulta consultorio despacho bufete clínica clinica clinique klinik klinika klinikk klinikken mottagning ambulatorio ambulance büro
    bureau biuro étude surgery practice office surgeon rendelő iroda zentrum medizin indywidualna
    """
)
MORE_TITLES = words("dres docteur doctor doktor dra drin fr hr lek lic magister mudr mddr jud judr dipl ing phd prim oa univ prof mme me")
# Medical professions without a speciality may be any of those with one.
SPECIALITIES = words("kinderarzt augenarzt hautarzt frauenarzt orthopäde internist hno urologe radiologe neurologe psychiater chirurg arzt")
# Words beside a profession that tell more of it, or the other half of its name.
PARTS_OF_PROFESSIONS = words(
    """
    innere innerer medizin medicina interna médecine medicine fachpraxis facharztpraxis jugend kinder jugendmedizin kinderheilkunde
    augenheilkunde frauenheilkunde geburtshilfe zahnheilkunde nasen ohren hals oralchirurgie implantologie allgemeine familie familien
    specialista specialist spécialiste especialista specjalista wahlarzt privat kassenarzt strafrecht familienrecht arbeitsrecht mediation
    kieferorthopäde kieferorthopädie
    """
)
# What stands beside another in one place, with the place in its name and often the municipality's domain.
INSTITUTIONS = """
gemeinde gemeindeamt gemeindeverwaltung marktgemeinde stadtgemeinde ortsgemeinde rathaus bürgermeisteramt stadt stadtverwaltung magistrat
comune municipio mairie commune ayuntamiento gmina urząd obec město municipality council kommune kommun câmara municipal gemeentehuis
gemeente városháza polgármesteri; grundschule volksschule primarschule elementare primaria primaire basisschool podstawowa základní
grundskola folkeskole; mittelschule hauptschule realschule gesamtschule oberschule sekundarschule werkrealschule collège secundaria
secundario; gymnasium liceo lycée lyceum liceum gymnázium gimnázium instituto; berufsschule berufskolleg handelsschule tourismusschule
hotelfachschule landwirtschaftsschule; musikschule conservatorio conservatoire muziekschool musikskole; volkshochschule; comprensivo ic;
maternelle kindergarten kita kindertagesstätte kinderkrippe kinderhaus hort materna infanzia crèche guardería przedszkole školka óvoda
barnehage børnehave förskola; feuerwehr feuerwache pompieri pompiers bomberos brandweer hasiči tűzoltóság; stadtwerke gemeindewerke
wasserwerk; pfarrei pfarramt pfarre kirchengemeinde parrocchia paroisse parroquia parafia farnost; tourismusverband tourismusverein
verkehrsverein proloco; musikverein musikkapelle blaskapelle; sportverein turnverein sportclub; bibliothek stadtbibliothek
bücherei stadtbücherei gemeindebücherei biblioteca bibliothèque bibliotheek biblioteka knihovna; altenheim seniorenheim pflegeheim
altersheim; bauhof; museum heimatmuseum; bergbahnen; bergrettung
"""
# Regions in the domains of those who gather many companies there.
REGIONS = words(
    """
    tirol südtirol vorarlberg kärnten steiermark salzburg salzburgerland burgenland wachau zillertal pinzgau allgäu bayern schwarzwald
    bodensee eifel harz mosel pfalz rügen spreewald sauerland franken hessen sachsen thüringen alpen dolomiten dolomiti toscana toskana
    umbria veneto piemonte liguria sicilia sardegna puglia lazio lombardia trentino provence bretagne normandie alsace bourgogne auvergne
    andalucia andalucía galicia asturias cantabria rioja algarve alentejo bohemia morava tatry mazury bałtyk jütland skåne dalarna gotland
    fjord cornwall yorkshire wallis engadin tessin ticino graubünden berner emmental flandern vlaanderen ardennes zeeland friesland limburg
    europa europe deutschland österreich schweiz italia italy france españa polska nederland
    """
)
