"""Towns: whether two writings may be one town. "Prien" and "Prien am Chiemsee", "Borgosesia (VC)", "Wien" and "Vienna". Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from accounts.company_words import words
from accounts.eastern_words import in_latin
from accounts.plain_text import distance, plain

# Each group is one town, first in its own language.
_TOWNS = """
wien vienna vienne bécs vídeň wiedeń beč dunaj; münchen munich monaco mnichov monachium; köln cologne colonia keulen kolonia; nürnberg
nuremberg norimberga norimberk; aachen aix-la-chapelle aken; hannover hanover; braunschweig brunswick; frankfurt francoforte francfort;
mainz magonza mayence; trier treviri trèves; regensburg ratisbona ratisbonne; dresden dresda drážďany; leipzig lipsia lipsko; bozen
bolzano; meran merano; brixen bressanone; bruneck brunico; sterzing vipiteno; klausen chiusa; eppan appiano; kaltern caldaro; leifers
laives; lana; trient trento; rovereto rofreit; schlanders silandro; latsch laces; mals malles; neumarkt egna; auer ora; innichen
san-candido; toblach dobbiaco; welsberg monguelfo; sand-in-taufers campo-tures; mühlbach rio-di-pusteria; algund lagundo; naturns naturno;
terlan terlano; corvara kurfar; st-ulrich ortisei sankt-ulrich; wolkenstein selva; kastelruth castelrotto; ritten renon; salurn salorno;
tramin termeno; tisens tesimo; lajen laion; abtei badia; enneberg marebbe; olang valdaora; pfalzen falzes; roma rome rom řím rzym; milano
milan mailand milán mediolan; torino turin turín turyn; venezia venice venedig venise venecia; firenze florence florenz florencia; napoli
naples neapel nápoles; genova genoa genua gênes; padova padua; mantova mantua; livorno leghorn; siracusa syrakus syracuse; verona
bern-verona; udine; gorizia görz gorica; trieste triest trst; aosta aoste; bologna bolonia; zürich zurich zurigo; genève geneva genf
ginevra; basel bâle basilea basle; bern berne berna; biel bienne; luzern lucerne lucerna; lausanne losanna; fribourg freiburg friburgo;
neuchâtel neuenburg; sion sitten; chur coira coire; solothurn soleure; sankt-gallen st-gallen saint-gall san-gallo; schaffhausen
schaffhouse; lugano lauis; bellinzona bellenz; locarno luggarus; sierre siders; murten morat; delémont delsberg; bruxelles brussel
brussels brüssel; antwerpen antwerp anvers amberes; gent gand ghent; brugge bruges brügge; liège luik lüttich; leuven louvain löwen;
mechelen malines; kortrijk courtrai; mons bergen; namur namen; tournai doornik; oostende ostende ostend; ieper ypres; aalst alost;
hasselt; halle hal; roeselare roulers; verviers; eupen néau; luxembourg luxemburg lëtzebuerg; den-haag 's-gravenhage the-hague la-haye
haag gravenhage; 's-hertogenbosch den-bosch hertogenbosch; vlissingen flushing; nijmegen nimwegen; maastricht; leeuwarden ljouwert; paris
parigi paříž paryż; lyon lione; marseille marsiglia marsella; nice nizza niza; strasbourg straßburg strasburgo; bordeaux burdeos; mulhouse
mülhausen; metz; toulouse tolosa; dunkerque dunkirk dünkirchen; lille rijsel; nantes naoned; rennes roazhon; lisboa lisbon lissabon
lisbonne lisbona; porto oporto; coimbra; sevilla seville séville siviglia; zaragoza saragossa; donostia san-sebastián; bilbao bilbo;
vitoria gasteiz; pamplona iruña; a-coruña la-coruña corunna; gijón xixón; alicante alacant; valencia valència; lleida lérida; girona
gerona; ourense orense; palma mallorca; elche elx; castellón castelló; córdoba cordova; cádiz cadiz; barcelona barcellona; københavn
copenhagen kopenhagen kopenhaga copenhague; göteborg gothenburg; malmö; helsinki helsingfors; turku åbo; tampere tammerfors; espoo esbo;
vantaa vanda; vaasa vasa; oulu uleåborg; porvoo borgå; pori björneborg; lahti lahtis; kokkola karleby; helsingør elsinore; århus aarhus;
aalborg ålborg; oslo kristiania; reykjavík reykjavik; tórshavn; praha prag prague praga prága; brno brünn; plzeň pilsen; ostrava ostrau;
olomouc olmütz; české-budějovice budweis budějovice; liberec reichenberg; karlovy-vary karlsbad; jihlava iglau; znojmo znaim; bratislava
pressburg pozsony; košice kaschau kassa; nitra neutra; prešov eperjes; trnava tyrnau; žilina sillein; warszawa warsaw warschau varsovie
varsavia varšava; kraków krakow cracow krakau cracovia; wrocław breslau vratislav; gdańsk danzig gdansk; poznań posen; łódź lodz lodsch;
szczecin stettin; katowice kattowitz; opole oppeln; toruń thorn; bydgoszcz bromberg; gliwice gleiwitz; olsztyn allenstein; zielona-góra
grünberg; lublin; bielsko bielitz; rzeszów; budapest budapešť; győr raab; sopron ödenburg; pécs fünfkirchen; szeged szegedin;
székesfehérvár stuhlweißenburg; debrecen debrezin; szombathely steinamanger; eger erlau; miskolc; bucurești bucharest bukarest bucarest;
cluj klausenburg kolozsvár cluj-napoca; sibiu hermannstadt; brașov kronstadt brassó; timișoara temeswar temesvár; iași jassy; oradea
großwardein nagyvárad; constanța konstanza; sofia sofija софия; plovdiv philippopel; varna; ruse rousse russe; beograd belgrade belgrad;
novi-sad neusatz; niš nisch; zagreb agram; split spalato; rijeka fiume; zadar zara; dubrovnik ragusa; pula pola; osijek esseg; ljubljana
laibach lubiana; maribor marburg-an-der-drau; celje cilli; koper capodistria; ptuj pettau; sarajevo; skopje skopie; athina athens athen
athènes αθήνα; thessaloniki salonica saloniki salonicco; piraeus pireas piräus pireo; heraklion iraklio herakleion irakleio; patras patra;
larisa larissa; chania hania; corfu kerkyra; rhodos rhodes rodos; volos; kavala; lefkosia nicosia nikosia; lemesos limassol; kyiv kiev
kiew kijów; lviv lemberg lwów lvov; kharkiv kharkov charkiw; odesa odessa; dnipro dnepr; chernivtsi czernowitz; moskva moscow moskau
mosca; sankt-peterburg petersburg saint-petersburg; minsk mensk; vilnius wilna wilno; kaunas kowno; klaipėda memel; riga rīga; tallinn
reval; tartu dorpat; narva; istanbul konstantinopel; izmir smyrna; ankara; dublin baile-átha-cliath; cork corcaigh; london londres londra
londýn londyn; edinburgh edinburgo; cardiff caerdydd; beijing peking pékin; guangzhou canton kanton; tokyo tokio; osaka oosaka; hongkong
hong-kong; xian xi'an; valletta il-belt
"""
# The beginning of many towns' names: with it alone in common they are two.
_COMMON = words(
    """
    am an auf aux bad ban bei borgo campo cap castel castelo castle città city civita den der die du el fort gau groß großen grad gross
    grosse hal hof i im in innere kirchen klein kleinen königs la las le les lo los markt mont monte mount na nad neu new nieuw nova novi
    nowa nowy nový nová ober oberer old ost pod ponte port porto pri punta reggio rio rocca saint sainte san sankt sant santa sant sao são
    sint st ste stadt staré stary sul sur sveti sv szent torre u unter val valle van velika veliki ville villa villa wald west zu zur
    """
)
# Towns that have one name, where it ends that of a branch.
_MORE = words(
    """
    aachen augsburg bamberg bayreuth berlin bielefeld bochum bonn bottrop bremen bremerhaven celle chemnitz cottbus darmstadt dessau
    dortmund
    duisburg düren düsseldorf eisenach emden erfurt erlangen essen esslingen flensburg freising fulda fürth gelsenkirchen gera gießen
    görlitz
    göttingen gütersloh hagen halle hamburg hameln hamm hanau heidelberg heilbronn herford herne hildesheim ingolstadt jena kaiserslautern
    karlsruhe kassel kempten kiel koblenz konstanz krefeld landshut leverkusen lindau lübeck ludwigsburg ludwigshafen lüneburg magdeburg
    mannheim marburg memmingen minden mönchengladbach münster neuss offenburg oldenburg osnabrück paderborn passau pforzheim potsdam
    ravensburg recklinghausen remscheid reutlingen rosenheim rostock saarbrücken salzgitter schweinfurt schwerin siegen solingen speyer
    stralsund stuttgart tübingen ulm unna weimar wiesbaden wolfsburg worms wuppertal würzburg zwickau amstetten baden bludenz bregenz
    dornbirn
    eisenstadt feldkirch graz innsbruck kapfenberg klagenfurt klosterneuburg krems kufstein leoben lienz linz salzburg schwaz steyr traun
    villach wels wiener-neustadt wörgl zwettl aarau arbon davos frauenfeld kreuzlingen montreux olten rapperswil sarnen thun uster vevey wil
    winterthur zug alessandria ancona arezzo asti bari belluno bergamo brescia brindisi cagliari catania como cosenza cremona cuneo ferrara
    foggia forlì grosseto imperia lecce lecco lodi lucca messina modena monza novara palermo parma pavia perugia pesaro pescara piacenza
    pisa
    pordenone potenza prato ravenna reggio rieti rimini rovigo salerno sassari savona siena taranto teramo terni treviso varese vercelli
    vicenza viterbo amiens angers annecy avignon bayonne besançon brest caen calais cannes chambéry colmar dijon grenoble limoges lorient
    montpellier nancy nîmes orléans pau perpignan poitiers quimper reims rouen toulon tours troyes valence albacete almería ávila badajoz
    burgos
    cáceres cuenca getafe granada huelva huesca jaén león logroño lugo málaga marbella murcia oviedo palencia reus salamanca santander
    segovia
    soria tarragona teruel toledo valladolid vigo zamora aveiro braga évora faro guimarães leiria setúbal viseu almere amersfoort amsterdam
    apeldoorn arnhem assen breda delft deventer dordrecht ede eindhoven emmen enschede gouda groningen haarlem heerlen helmond hilversum
    hoorn
    leiden lelystad roermond rotterdam sneek tilburg utrecht venlo zwolle charleroi genk tienen turnhout białystok chorzów częstochowa
    elbląg
    gdynia gorzów kalisz kielce koszalin legnica płock radom rybnik słupsk sopot tarnów tychy zabrze zakopane hradec jablonec kladno opava
    pardubice písek přerov tábor teplice zlín banská martin michalovce poprad trenčín zvolen kecskemét nyíregyháza tatabánya veszprém
    esbjerg
    herning horsens kolding køge odense randers roskilde silkeborg vejle viborg borås eskilstuna gävle halmstad helsingborg jönköping kalmar
    karlstad linköping luleå lund norrköping örebro skellefteå stockholm sundsvall umeå uppsala västerås växjö bergen bodø drammen
    kristiansand
    stavanger tromsø trondheim joensuu jyväskylä kuopio mikkeli rovaniemi seinäjoki bath belfast birmingham blackpool bolton bradford
    brighton
    bristol cambridge coventry derby dundee exeter glasgow hull inverness leeds leicester lincoln liverpool manchester newcastle norwich
    nottingham oxford plymouth portsmouth reading sheffield southampton swansea york ennis galway kilkenny limerick sligo tralee waterford
    wexford
    """
)
_more = frozenset(plain(word) for word in _MORE)
_same = {plain(one).replace("-", ""): plain(line.split()[0]) for line in _TOWNS.split(";") if line.strip() for one in line.split()}
_common = frozenset(plain(word) for word in _COMMON)


def town(word: str) -> str:
    """A town's name in its own language, for one of its other names in plain letters; any other word as it is."""
    return _same.get(word, word)


def is_town(word: str) -> bool:
    """Whether a word in plain letters is a town that is known here."""
    return word in _same or word in _more


@lru_cache(maxsize=4_000)
def city_words(city: str) -> frozenset[str]:
    """The words that tell a town, without district, province, postal code: {"prien", "chiemsee"}. Empty where none is given."""
    text = re.sub(r"\([^)]*\)|\b[A-Z]{1,2}-(?=\d)|\bcedex\b.*$|\d+", " ", city, flags=re.IGNORECASE)
    words = re.findall(r"[a-z]+", re.sub(r"['’]", "", plain(in_latin(text))))
    whole = "".join(words)
    if whole in _same:
        return frozenset({_same[whole]})
    return frozenset(town(word) for word in words if word not in _common and len(word) > 1) or frozenset(words)


@lru_cache(maxsize=4_000)
def may_be_one_town(left: frozenset[str], right: frozenset[str]) -> bool:
    """Whether two towns share a word that tells, or differ by a slip; also when one is not known."""
    if not left or not right or left & right:
        return True
    joined = "".join(sorted(left)), "".join(sorted(right))
    pairs = [(one, other) for one in left for other in right] + [joined]
    return any(
        (min(len(a), len(b)) >= 4 and (a.startswith(b) or b.startswith(a))) or (len(a) >= 6 and a[0] == b[0] and distance(a, b) <= 1)
        for a, b in pairs
    )
