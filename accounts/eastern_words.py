"""Chinese and Japanese names in Latin letters: legal forms, trades and towns in the words that such companies use abroad. Data, pure."""

from __future__ import annotations

import re

_EASTERN = re.compile(r"[぀-ヿ㐀-鿿]")
# Longer writings first.
_WORDS = {
    "股份有限公司": " Co. Ltd. ", "有限责任公司": " Co. Ltd. ", "有限責任公司": " Co. Ltd. ", "有限公司": " Co. Ltd. ",
    "株式会社": " K.K. ", "株式會社": " K.K. ", "有限会社": " Y.K. ", "合同会社": " G.K. ", "(株)": " K.K. ",
    "(有)": " Y.K. ", "集团": " Group ", "集團": " Group ", "公司": " company ", "进出口": " import export ",
    "国际": " international ", "國際": " international ", "電子工業": " electronics industry ",
    "电子": " electronics ", "電子": " electronics ", "科技": " technology ", "技术": " technology ",
    "贸易": " trading ", "貿易": " trading ", "机械": " machinery ", "機械": " machinery ", "阀门": " valve ",
    "实业": " industrial ", "工业": " industry ", "工業": " industry ", "化工": " chemical ",
    "化学": " chemical ", "纺织": " textile ", "餐饮": " catering ", "物流": " logistics ", "汽车": " auto ",
    "自動車": " auto ", "塑料": " plastics ", "五金": " hardware ", "医疗": " medical ", "食品": " food ",
    "电气": " electric ", "电器": " electric ", "電気": " electric ", "電機": " electric ",
    "设备": " equipment ", "制造": " manufacturing ", "製造": " manufacturing ", "製作所": " seisakusho ",
    "精密": " seimitsu ", "建設": " construction ", "建设": " construction ", "建筑": " construction ",
    "商事": " trading ", "旅行": " travel ", "管理": " management ", "服务": " service ",
    "软件": " software ", "网络": " network ", "信息": " information ", "光电": " optoelectronics ",
    "能源": " energy ", "新材料": " materials ", "材料": " materials ", "钢铁": " steel ", "金属": " metal ",
    "包装": " packaging ", "印刷": " printing ", "玩具": " toys ", "家具": " furniture ", "服装": " garment ",
    "医药": " pharma ", "製薬": " pharma ", "制药": " pharma ", "商会": " shokai ", "商店": " shoten ",
    "産業": " industry ", "通信": " communications ", "運輸": " transport ", "運送": " transport ",
    "銀行": " bank ", "大学": " university ", "病院": " hospital ", "东京": " Tokyo ", "東京": " Tokyo ",
    "大阪": " Osaka ", "名古屋": " Nagoya ", "京都": " Kyoto ", "横浜": " Yokohama ", "神戸": " Kobe ",
    "福岡": " Fukuoka ", "札幌": " Sapporo ", "仙台": " Sendai ", "広島": " Hiroshima ", "川崎": " Kawasaki ",
    "埼玉": " Saitama ", "千葉": " Chiba ", "北九州": " Kitakyushu ", "静岡": " Shizuoka ",
    "浜松": " Hamamatsu ", "新潟": " Niigata ", "長野": " Nagano ", "金沢": " Kanazawa ", "岡山": " Okayama ",
    "熊本": " Kumamoto ", "香港": " Hong Kong ", "市": " ", "省": " ",
}  # fmt: skip
_word = re.compile("|".join(re.escape(one) for one in sorted(_WORDS, key=len, reverse=True)))


def is_eastern(text: str) -> bool:
    """Whether a text has Chinese or Japanese letters."""
    return bool(_EASTERN.search(text))


def in_latin(text: str) -> str:
    """Known words in Latin letters; the others letter by letter, each a syllable. Other texts stay as they are."""
    if not is_eastern(text):
        return text
    text = text.replace("（", "(").replace("）", ")").replace("㈱", "(株)").replace("㈲", "(有)")
    return _EASTERN.sub(lambda found: f" {found[0]} ", _word.sub(lambda found: _WORDS[found[0]], text))
