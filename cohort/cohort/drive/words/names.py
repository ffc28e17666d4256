"""Names by language, with the letters an e-mail address is made of, and where those addresses live."""

from typing import NamedTuple


class Name(NamedTuple):
    """As it is written, and in plain letters."""

    written: str
    plain: str


def _names(text: str) -> tuple[Name, ...]:
    return tuple(Name(*word.split("/")) for word in text.split())


def _plain(text: str) -> tuple[Name, ...]:
    return tuple(Name(word, word.lower()) for word in text.split())


ZH_FAMILY = _names(
    "王/wang 李/li 张/zhang 刘/liu 陈/chen 杨/yang 黄/huang 赵/zhao 吴/wu 周/zhou 徐/xu 孙/sun 马/ma 朱/zhu "
    "胡/hu 郭/guo 何/he 林/lin 高/gao 罗/luo 郑/zheng 梁/liang 谢/xie 宋/song 唐/tang 欧阳/ouyang 司徒/situ"
)
ZH_GIVEN = _names(
    "伟/wei 芳/fang 娜/na 敏/min 静/jing 磊/lei 洋/yang 艳/yan 勇/yong 杰/jie 涛/tao 明/ming 子涵/zihan "
    "雨桐/yutong 浩然/haoran 欣怡/xinyi 梓轩/zixuan 诗琪/shiqi 宇航/yuhang 佳怡/jiayi 思远/siyuan 晓彤/xiaotong "
    "嘉豪/jiahao 若曦/ruoxi 俊熙/junxi 语嫣/yuyan 天佑/tianyou 雪莹/xueying 文博/wenbo 心悦/xinyue"
)
TW_FAMILY = _names("陳/chen 林/lin 黃/huang 張/chang 李/lee 吳/wu 劉/liu 蔡/tsai 楊/yang 許/hsu 鄭/cheng 謝/hsieh")
TW_GIVEN = _names(
    "怡君/yichun 志豪/chihhao 雅婷/yating 家豪/chiahao 欣怡/hsinyi 冠宇/kuanyu 詩涵/shihhan 宗翰/tsunghan"
)
EN_GIVEN = _plain(
    "Amelia Oliver Priya Jack Sophie Mohammed Emma Liam Olivia Noah Aisha Ethan Grace Lucas Chloe Daniel Fatima "
    "Samuel Isla Arjun Hannah Nathan Zoe Callum Maya Tariq Ella Owen Nadia Theo"
)
EN_FAMILY = _plain(
    "Clarke Hughes Patel Wright Bennett Okafor Turner Morgan Khan Fraser Novak Sharma Bailey Coleman Reid Doyle "
    "Osei Whitfield Marsh Ellison Greene Iyer Farrow Lindqvist Mbeki Salazar Kowalski Haddad Brennan Ashworth"
)
DE_GIVEN = _names("Jonas/jonas Lena/lena Jürgen/juergen Anna/anna Felix/felix Käthe/kaethe Leon/leon Marie/marie")
DE_FAMILY = _names("Weber/weber Müller/mueller Schäfer/schaefer Groß/gross Köhler/koehler Vogt/vogt Brandt/brandt")
FR_GIVEN = _names("Chloé/chloe Hugo/hugo Inès/ines Léo/leo Zoé/zoe Théo/theo Manon/manon")
FR_FAMILY = _names("Lefèvre/lefevre Moreau/moreau Dubois/dubois Fournier/fournier Gérard/gerard Rousseau/rousseau")

PEOPLE: dict[str, tuple[tuple[Name, ...], tuple[Name, ...], bool]] = {
    # given names, family names, whether the family name is written first and joined on
    "zh-CN": (ZH_GIVEN, ZH_FAMILY, True),
    "zh-TW": (TW_GIVEN, TW_FAMILY, True),
    "en": (EN_GIVEN, EN_FAMILY, False),
    "en-GB": (EN_GIVEN, EN_FAMILY, False),
    "de": (DE_GIVEN, DE_FAMILY, False),
    "fr": (FR_GIVEN, FR_FAMILY, False),
}

# Repeats are weights: most of the drive applies from mainland China.
LOCALES = ("zh-CN",) * 11 + ("zh-TW",) * 2 + ("en",) * 4 + ("en-GB",) * 3 + ("de", "fr")

TIME_ZONES = {
    "zh-CN": "Asia/Shanghai",
    "zh-TW": "Asia/Taipei",
    "en": "America/Toronto",
    "en-GB": "Europe/London",
    "de": "Europe/Berlin",
    "fr": "Europe/Paris",
}

# RFC 2606 keeps .example and .test for this: no letter of a drive can reach anybody.
MAIL_DOMAINS = (
    "students.example",
    "mail.example",
    "campus.example",
    "alumni.example",
    "post.test",
    "inbox.test",
    "stu.donghu.example",
    "northlake.example",
)
