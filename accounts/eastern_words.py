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
    "熊本": " Kumamoto ", "香港": " Hong Kong ", "鹿児島": " Kagoshima ", "長崎": " Nagasaki ", "奈良": " Nara ",
    "富山": " Toyama ", "岐阜": " Gifu ", "姫路": " Himeji ", "堺": " Sakai ", "松山": " Matsuyama ", "高松": " Takamatsu ",
    "北海道": " Hokkaido ", "沖縄": " Okinawa ", "愛知": " Aichi ", "四日市": " Yokkaichi ", "豊田": " Toyota ",
    "北京": " Beijing ", "上海": " Shanghai ", "天津": " Tianjin ", "重庆": " Chongqing ", "广州": " Guangzhou ",
    "深圳": " Shenzhen ", "东莞": " Dongguan ", "佛山": " Foshan ", "珠海": " Zhuhai ", "中山": " Zhongshan ",
    "惠州": " Huizhou ", "汕头": " Shantou ", "宁波": " Ningbo ", "杭州": " Hangzhou ", "温州": " Wenzhou ",
    "义乌": " Yiwu ", "嘉兴": " Jiaxing ", "绍兴": " Shaoxing ", "台州": " Taizhou ", "金华": " Jinhua ",
    "苏州": " Suzhou ", "无锡": " Wuxi ", "南京": " Nanjing ", "常州": " Changzhou ", "南通": " Nantong ",
    "扬州": " Yangzhou ", "徐州": " Xuzhou ", "昆山": " Kunshan ", "青岛": " Qingdao ", "济南": " Jinan ",
    "烟台": " Yantai ", "潍坊": " Weifang ", "大连": " Dalian ", "沈阳": " Shenyang ", "长春": " Changchun ",
    "哈尔滨": " Harbin ", "厦门": " Xiamen ", "福州": " Fuzhou ", "泉州": " Quanzhou ", "武汉": " Wuhan ",
    "长沙": " Changsha ", "成都": " Chengdu ", "西安": " Xian ", "郑州": " Zhengzhou ", "合肥": " Hefei ",
    "昆明": " Kunming ", "石家庄": " Shijiazhuang ", "太原": " Taiyuan ", "南昌": " Nanchang ", "南宁": " Nanning ",
    "贵阳": " Guiyang ", "兰州": " Lanzhou ", "海口": " Haikou ", "台北": " Taipei ", "高雄": " Kaohsiung ",
    "台中": " Taichung ", "浙江": " Zhejiang ", "江苏": " Jiangsu ", "广东": " Guangdong ", "山东": " Shandong ",
    "福建": " Fujian ", "四川": " Sichuan ", "湖北": " Hubei ", "湖南": " Hunan ", "河北": " Hebei ", "河南": " Henan ",
    "安徽": " Anhui ", "電声": " electroacoustic ", "电声": " electroacoustic ", "精機": " seiki ", "精工": " seiko ",
    "水産": " suisan ", "酒造": " shuzo ", "茶": " tea ", "照明": " lighting ", "轴承": " bearing ", "模具": " mould ",
    "电缆": " cable ", "仪器": " instruments ", "玻璃": " glass ", "陶瓷": " ceramics ", "鞋业": " shoes ",
    "家居": " home ", "文具": " stationery ", "船务": " shipping ", "海运": " shipping ", "灯具": " lighting ", "旅游": " tourism ",
    "茶业": " tea ", "花园": " garden ", "酒店": " hotel ", "饭店": " hotel ", "市": " ", "省": " ", "県": " ",
}  # fmt: skip
_word = re.compile("|".join(re.escape(one) for one in sorted(_WORDS, key=len, reverse=True)))


def is_eastern(text: str) -> bool:
    """Whether a text has Chinese or Japanese letters."""
    return bool(_EASTERN.search(text))


def in_latin(text: str) -> str:
    """Known words in Latin letters; the others stay, to be transliterated. Other texts stay as they are."""
    if not is_eastern(text):
        return text
    text = text.replace("（", "(").replace("）", ")").replace("㈱", "(株)").replace("㈲", "(有)")
    return _word.sub(lambda found: _WORDS[found[0]], text)
