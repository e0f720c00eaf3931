"""Names in Chinese sentences, which have no capitals: of people by their surnames, of foreigners by how they sound.

Rules and lists, no model: a person's name is found where it can stand, at the beginning of a clause, after a title or
before one; a rare surname or a name in the middle of a clause is not.
"""

import re
from collections.abc import Iterator

from models.text.sentences import Span

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟"
    "汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙段雷钱汤尹黎易常武乔贺赖龚"
)
COMPOUND = "欧阳|司马|诸葛|上官|司徒|东方|皇甫|慕容"
HAN = "\u4e00-\u9fff"
# Letters that spell foreign names by their sound; three in a row are hardly anything else.
SOUNDS = (
    "阿埃艾爱安昂奥巴拜班邦鲍贝本比毕彼宾波伯勃博布查楚茨达戴丹德登迪蒂丁东杜多厄恩尔法范菲费芬佛弗福盖甘冈戈哥格根"
    "古圭哈海汉豪赫亨洪侯胡华怀惠霍基吉加贾简杰捷金卡凯坎康考柯科克肯库奎拉莱兰朗劳勒雷黎里理利莉琳林刘龙隆卢鲁路伦"
    "罗洛玛马迈麦曼芒梅蒙孟米密明摩莫默姆穆纳奈南内尼娘宁纽努诺欧帕潘庞佩彭蓬皮平珀普奇齐钱乔琼丘让荣茹瑞若萨塞桑瑟"
    "森沙山尚舍申圣施史舒斯丝松苏索塔泰坦汤唐陶特腾廷汀图托瓦万旺威韦维魏温翁沃乌伍西希锡夏香肖谢辛欣休雪逊雅亚延扬"
    "耶叶伊因英尤宇约泽扎詹珍芝朱兹卓佐翰"
)
# Words that begin with a surname, or sound foreign, and are no names.
_WORDS = """
高兴 高度 高速 高中 高级 高温 高达 高原 高峰 高层 高校 高铁 高价 高低 高大 高等 高额 高手 高空 高压 高强 高质 黄金
黄色 黄昏 黄河 黄油 黄瓜 周末 周围 周边 周年 周期 周一 周二 周三 周四 周五 周六 周日 周刊 马上 马路 马匹 马车 马力
马拉 方面 方法 方式 方向 方便 方案 方针 石头 石油 石块 石材 金融 金额 金钱 金属 金色 金牌 金字 白天 白色 白领 白人
白菜 白银 江水 江南 江边 江河 江面 常常 常见 常用 常年 常规 常务 任何 任务 任命 任期 任职 任意 于是 于此 何时 何地
何处 何必 何人 何种 何况 何以 许多 许可 许久 余下 余额 余地 余人 田野 田地 田园 田间 夏天 夏季 夏日 夏令 叶子 叶片
钟头 钟表 史上 史料 史前 史学 易于 易燃 武器 武装 武术 武力 毛衣 毛巾 毛病 毛笔 钱包 钱财 汤水 龙头 龙舟 龙卷 雷雨
雷声 雷达 段落 段时 孔子 孟子 曾经 曾在 曾是 曾任 曾被 曾有 曾为 程度 程序 程式 胡同 胡子 胡乱 朱红 林业 林木 林地
林区 林中 梁上 罗列 宋代 宋朝 唐代 唐朝 唐人 秦代 秦朝 秦国 汉代 魏国 韩国 陈旧 陈列 陈述 张开 张贴 杨树 杨柳 李子
王国 王室 王子 王后 王朝 王位 王宫 顾客 顾问 顾虑 康复 康健 丁点 石化 温和 熊猫 苏醒 谢谢 谢意 姜汤 蔡伦 安全 山东
山西 海南 西南 西安 东西 东南 马克思 南山 万里 平安 英雄 高考 高楼 高昂 高科 高效 高于 高出 高山 高尚 高新 高薪 高雅
高地 高管 马戏 白雪 白糖 白酒 金山 江山 方方 雷暴 余威 穆斯林 马拉松
"""
NO_NAMES = frozenset(_WORDS.split())
TITLES = (
    "先生|女士|小姐|教授|博士|医生|老师|主任|校长|市长|省长|部长|县长|总统|主席|总理|总裁|经理|院长|记者|警官|同学|"
    "奶奶|爷爷|阿姨|叔叔|师傅|局长|书记|司机|工程师|科学家|作家|导演|演员|教练|队长|船长|馆长|店主|居民"
)
SAYS = "说|表示|认为|指出|介绍|告诉|称|回忆|强调|宣布|解释|透露|承认|否认|呼吁|警告|希望|坦言|补充"
# What may follow a name: a third letter of these is none of the name.
FOLLOWERS = (
    "说报表在和与是的了着过将被把对向从到为于给让跟同也都还又就才却已曾正先后再不没未要想能会可应该所以及之去来上下出"
    "进回起开关买卖看听写读吃住坐走跑打教学做用有无认指介告称回强宣解透承否呼警希坦补昨今明每当因由如则且或但而并等"
    "这那其他她它们自本各某此站获得成任担出负领当选参加前现原名生死逝年月日岁时，。、；：！？”“（）《》 "
)
PLACES = (
    "北京|上海|天津|重庆|广州|深圳|杭州|南京|武汉|成都|西安|苏州|青岛|大连|厦门|哈尔滨|沈阳|长春|济南|郑州|长沙|昆"
    "明|贵阳|兰州|拉萨|香港|澳门|台北|台湾|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|"
    "广东|广西|海南|四川|贵州|云南|陕西|甘肃|青海|西藏|新疆|内蒙古|宁夏|中国|美国|英国|法国|德国|日本|韩国|朝鲜|俄"
    "罗斯|印度尼西亚|印度|巴西|加拿大|澳大利亚|西班牙|葡萄牙|意大利|荷兰|瑞士|瑞典|挪威|芬兰|丹麦|波兰|乌克兰|土耳"
    "其|埃及|以色列|伊朗|伊拉克|越南|泰国|新加坡|马来西亚|菲律宾|墨西哥|阿根廷|智利|南非|东京|大阪|首尔|纽约|华盛顿"
    "|伦敦|巴黎|柏林|罗马|马德里|里斯本|莫斯科|悉尼|欧盟|联合国"
)
PLACE = re.compile(PLACES)
FOREIGN = re.compile(rf"[{SOUNDS}]{{3,}}|[{SOUNDS}]+(?:[·•‧][{SOUNDS}]+)+")
NAME = rf"(?:{COMPOUND})[{HAN}]{{1,2}}|[{SURNAMES}][{HAN}]{{1,2}}"
AFTER = "|".join(f"(?<={title})" for title in TITLES.split("|"))
PERSON = re.compile(rf"(?:(?<![{HAN}“‘《「『])|(?<=[和与由对给向跟、])|{AFTER})({NAME})")
BEFORE_TITLE = re.compile(rf"((?:{NAME})|[{SURNAMES}])(?={TITLES}|{SAYS})")
# No given name begins with one of these.
NO_GIVEN = "的了着是在和与也都就把被对这那其他她我你们个不，。、；：！？"


def absent_names(summary: str, text: str) -> Iterator[Span]:
    """Where `summary` has names that `text` does not have."""
    end = 0
    places = {*_listed(summary), *_foreign(summary, text), *_people(summary, text)}
    for place in sorted(places, key=lambda span: (span.start, -span.end)):
        if place.of(summary) not in text and place.start >= end:
            end = place.end
            yield place


def _listed(summary: str) -> Iterator[Span]:
    for match in PLACE.finditer(summary):
        yield Span(*match.span())


def _foreign(summary: str, text: str) -> Iterator[Span]:
    """Names by their sound; a letter at either end may belong to the words around."""
    for match in FOREIGN.finditer(summary):
        pieces = re.split("[·•‧]", match[0])
        known = all(any(way in text for way in (piece, piece[1:], piece[:-1]) if way) for piece in pieces)
        if not known and not {match[0], match[0][:2]} & NO_NAMES:
            yield Span(*match.span())


def _people(summary: str, text: str) -> Iterator[Span]:
    """Surnames where a name can stand, with one or two letters of a given name."""
    for match in (*PERSON.finditer(summary), *BEFORE_TITLE.finditer(summary)):
        name, start = match[1], match.start(1)
        given = 2 if re.match(COMPOUND, name) else 1
        if title := re.compile(TITLES).match(summary, start + given):
            yield Span(start, title.end())
            continue
        if len(name) > given + 1 and (name[given + 1] in FOLLOWERS or _goes_on(name[: given + 1], text)):
            name = name[: given + 1]
        if len(name) > given and name[:2] not in NO_NAMES and name[given] not in NO_GIVEN:
            yield Span(start, start + len(name))


def _goes_on(name: str, text: str) -> bool:
    """Whether `text` has `name` as it is, before something that may follow one."""
    return re.search(f"{name}(?:[{FOLLOWERS}]|$)", text) is not None
