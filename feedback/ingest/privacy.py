"""What is private is replaced by typed marks (〔手机〕) before anything is stored; authors become keyed hashes.

Patterns are matched on a shadow of the text in which full-width digits and letters are half-width, of the same length.
"""

# ruff: noqa: E501 - tables of words and patterns read best one entry a line
from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Final

_HALF: Final = str.maketrans({chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)})
_FULL: Final = re.compile(r"[\uff01-\uff5e]")
#: A text without a digit (of any script) or any of these signs holds nothing to mask, nor does one without these words.
_DIGIT: Final = re.compile(r"\d")
_ODD_DIGIT: Final = re.compile(r"(?![0-9])\d")
_SIGNS: Final = frozenset("@=&信vVwWqQ扣姓系货件叫址＠＝＆ｖＶｗＷｑＱ")
_HINT: Final = re.compile(
    r"\d\D{0,2}\d\D{0,2}\d\D{0,2}\d|@|[=&]|微信|薇信|威信|v信|vx|wx|wechat|weixin|qq|扣扣|姓名|联系人|收[货件]人|我叫|地址|住址|\d[号栋幢室]",
    re.I,
)

Check = Callable[[re.Match[str]], bool]


def _luhn(match: re.Match[str]) -> bool:
    digits = [int(char) for char in match[1] if char.isdigit()]
    if not 15 <= len(digits) <= 19 or digits[0] not in (3, 4, 5, 6, 9) or len(set(digits)) < 4:
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def _identity_card(match: re.Match[str]) -> bool:
    number = re.sub(r"\D", "", match[1][:-1]) + match[1][-1].upper()
    if len(number) == 18:
        weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
        total = sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False))
        if "10X98765432"[total % 11] != number[17]:
            return False
        year, month, day = int(number[6:10]), int(number[10:12]), int(number[12:14])
    else:
        year, month, day = 1900 + int(number[6:8]), int(number[8:10]), int(number[10:12])
    try:
        return date(year, month, day).year >= 1900 and "11" <= number[:2] <= "82"
    except ValueError:
        return False


def _not_version(match: re.Match[str]) -> bool:
    """Prices and version numbers look alike: an address has an octet of three digits, or says that it is one."""
    before = match.string[max(0, match.start() - 8) : match.start()].lower()
    if not any(len(octet) == 3 for octet in match[1].split(".")) and "ip" not in before:
        return False
    return not re.search(r"(版本|版|ver|version|v|ios|系统|固件|升级到|更新到)\D{0,3}$", before)


def _plate(match: re.Match[str]) -> bool:
    return any(char.isdigit() for char in match[1][2:])


def _wechat(match: re.Match[str]) -> bool:
    # 微信[Facepalm] and 微信(official) are words; a name in brackets has a digit or a mark.
    bracketed = match.string[match.start(1) - 1] in "【[(「『"
    plain = match[1].lower() in ("wechat", "weixin", "iphone", "android")
    return not plain and (not bracketed or not match[1].isalpha())


_SURNAMES: Final = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜谢邹喻苏潘葛范彭郎鲁韦马方俞任袁柳史唐费薛雷贺倪汤罗郝安常于傅齐康伍余顾孟黄萧尹姚邵汪祁毛狄戴宋庞熊纪舒屈项祝董梁"
    "杜阮蓝季贾江童郭梅林钟徐邱骆高夏蔡田樊胡凌霍万柯卢莫房丁邓洪包石崔龚程邢裴陆翁侯段白蒲叶龙黎易廖聂曾关"
)
_ROAD: Final = r"(?:大道|大街|路|街|巷|弄|胡同|村|镇|小区|花园|家园|苑|新村|公寓|大厦)"
_ROADS: Final = "道街路巷弄胡村镇区园苑寓厦"
_UNIT: Final = r"\d{1,5}\s?-?\d{0,4}\s?(?:号楼|号院|号|弄|栋|幢|单元|室|层|楼|座)"
_END: Final = r"(?=$|[^\u4e00-\u9fffA-Za-z])"

#: (type, characters of which every match holds one, pattern whose group 1 is what is replaced, further check). Order
#: matters: the surest first.
RULES: Final[tuple[tuple[str, str, re.Pattern[str], Check | None], ...]] = (
    ("令牌", "=", re.compile(r"[?&#;][\w.\-]{0,30}?(?:token|ticket|sign|signature|secret|session|sid|auth|key|openid|unionid|passwd|password|pwd|uid|userid|user_id|phone|mobile|code)=([^&\s#，。；、]{3,2000})", re.I), None),
    ("邮箱", "@", re.compile(r"(?<![A-Za-z0-9._%+\-])([A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){0,4}\.[A-Za-z]{2,10})"), None),
    ("身份证", "0123456789", re.compile(r"(?<![\dA-Za-z])(\d{6}[ -]?(?:18|19|20)\d{2}[ -]?\d{4}[ -]?\d{3}[\dXx])(?![\dA-Za-z])"), _identity_card),
    ("身份证", "身", re.compile(r"身份证[号码\s:为是]{0,6}(\d{15})(?!\d)"), _identity_card),
    ("银行卡", "0123456789", re.compile(r"(?<![\dA-Za-z])(\d{4}(?:[ -]?\d{4}){2,3}[ -]?\d{1,4})(?![\dA-Za-z])"), _luhn),
    ("手机", "1", re.compile(r"(?<![\dA-Za-z.])((?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}[ -]?\d{4}|[ -]?\d{3}[ -]?\d{5}|(?:[ -]\d){8}))(?!\d)"), None),
    ("手机", "1", re.compile(r"(?<!\d)(1(?:[ .\-_]?[3-9])(?:[ .\-_]?\d){9})(?!\d)"), lambda match: " " in match[1] or "-" in match[1]),
    ("手机", "机话tTpP联", re.compile(r"(?:手机|电话|tel|phone|联系)[号码方式\s:是]{0,5}(1[3-9]\d{9})", re.I), None),
    ("电话", "0", re.compile(r"(?<![\d-])(0\d{2,3}[- ]\d{7,8}(?:-\d{1,5})?)(?![\d-])"), None),
    ("电话", "话机线tT", re.compile(r"(?:电话|座机|热线|tel)[号码\s:是]{0,5}([2-8]\d{6,7})(?!\d)", re.I), None),
    ("IP", ".", re.compile(r"(?<![\d.])((?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d))(?![\d.]*\d)"), _not_version),
    ("IP", ":", re.compile(r"(?<![\w:])((?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4})(?![\w:])", re.I), None),
    ("微信", "微薇威徽vVwW加", re.compile(r"(?:微信|薇信|威信|徽信|v信|wechat|weixin|(?<![a-z])[vw]x|加[vV微]|微)(?:号|id|公众号|搜索?|\d(?=[:]))?[\s:是为，,【\[(「『]{0,4}([A-Za-z][A-Za-z0-9_\-]{5,19})(?![A-Za-z0-9_\-])", re.I), _wechat),
    ("QQ", "qQ扣企", re.compile(r"(?:(?<![a-z])qq|扣扣|企鹅号?|(?<![a-z])q(?=群|号|:|\s?\d))(?:交流|官方)?(?:群|号|号码|联系方式|联系)?[号码\s:是为加，,]{0,4}([1-9]\d{4,11})(?!\d)", re.I), None),
    ("QQ", "群", re.compile(r"(?:加群|群号|进群)[\s:是为，,]{0,3}([1-9]\d{4,11})(?!\d)"), None),
    ("订单号", "单运流交oO", re.compile(r"(?:订单|单号|运单|快递单|物流单|流水|交易|工单|order)(?:编?号码?|id|no\.?|number)?[\s:#是为，,]{0,4}([A-Za-z]{0,6}\d[A-Za-z0-9\-]{7,31})(?![A-Za-z0-9])", re.I), None),
    ("车牌", "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼", re.compile(r"([京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][·•.\s]?[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳])(?![A-Za-z0-9])"), _plate),
    ("地址", "址住到", re.compile(r"(?:地址|住址|家住|住在|寄到|送到)[\s:是为]{0,3}([\u4e00-\u9fffA-Za-z0-9\-#·（）()\s]{2,40}?" + _UNIT + r"(?:[\u4e00-\u9fff]{0,4}" + _UNIT + r"){0,4})"), None),
    ("地址", "址", re.compile(r"(?:收[货件])?(?:地址|住址)\s?[:]\s{0,2}([\u4e00-\u9fffA-Za-z0-9\-#]{6,40})"), None),
    ("地址", _ROADS, re.compile(r"((?:[\u4e00-\u9fff]{2,7}(?:省|自治区|市|区|县)){1,3}[\u4e00-\u9fff0-9]{1,16}?" + _ROAD + r"[\u4e00-\u9fff]{0,6}?" + _UNIT + r"(?:[\u4e00-\u9fff]{0,6}" + _UNIT + r"){0,4})"), None),
    ("地址", _ROADS, re.compile(r"([\u4e00-\u9fff]{2,8}" + _ROAD + r"[\u4e00-\u9fff]{0,6}?\d{1,5}(?:号楼|号院|号|弄|栋|幢)[\u4e00-\u9fff]{0,6}?\d{1,4}\s?(?:单元|室|栋|幢|号楼)(?:\s?\d{1,4}室?)?)"), None),
    ("姓名", "姓联收客", re.compile(r"(?:真实姓名|姓名|联系人|收货人|收件人|客户名)\s{0,2}(?:[:]|是|为|叫|\s)\s{0,2}([\u4e00-\u9fff·]{2,4}?)(?:先生|女士|小姐)?" + _END), lambda match: not re.search(r"电话|手机|地址|方式|信息|不|未|错|的", match[1])),
    ("姓名", "我本", re.compile(r"(?:我叫|我的名字[是叫]|本人姓名)([" + _SURNAMES + r"][\u4e00-\u9fff]{1,2})" + _END), None),
)  # fmt: skip


def mask(text: str, counts: Counter[str]) -> str:
    """`text` with what is private replaced by marks such as 〔手机〕; `counts` grows by type."""
    if _SIGNS.isdisjoint(text) and not _DIGIT.search(text):
        return text
    shadow = text.translate(_HALF) if _FULL.search(text) else text
    shadow = _ODD_DIGIT.sub(lambda match: str(unicodedata.decimal(match[0])), shadow)
    if not _HINT.search(shadow):
        return text
    present = set(shadow)
    for kind, needed, pattern, check in RULES:
        if present.isdisjoint(needed):
            continue
        found = [match.span(1) for match in pattern.finditer(shadow) if check is None or check(match)]
        if not found:
            continue
        counts[kind] += len(found)
        for start, end in reversed(found):
            # 〔〕 hold no digit, letter or road, so later rules pass over them.
            text = f"{text[:start]}〔{kind}〕{text[end:]}"
            shadow = f"{shadow[:start]}〔{kind}〕{shadow[end:]}"
    return text


#: Names under which nobody in particular writes.
_NOBODY: Final = re.compile(
    r"(匿名(用户|网友|评论|买家|会员)?|(网友|游客|用户|访客|未知|无|佚名|已注销|该用户已注销|账号已注销|用户已注销|noname|null|none|nan|n/?a|unknown|anonymous|guest|user|a google user))",
    re.I,
)


def author_key(name: str) -> str | None:
    """A name as it is compared; None for nobody in particular ("匿名用户")."""
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", name)).strip().lstrip("@").strip().casefold()
    return None if not text or not text.strip("-*_.·?？") or _NOBODY.fullmatch(text) else text


def author_hash(key: str, salt: bytes) -> str:
    """The pseudonym of an author: the same name gives the same one under the same salt (HMAC-SHA256, 64 bits)."""
    return hmac.new(salt, key.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:16]
