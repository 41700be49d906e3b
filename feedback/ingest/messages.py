"""What ingest has to say, in Chinese and English: reasons of quarantine, notes of a file, types of masks, fields."""

# ruff: noqa: E501 - tables of words and patterns read best one entry a line
from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: key → (zh, en). `{n}` is a count.
_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "no_text": ("没有文本", "no text"),
    "long_cell": ("单元格过长", "cell too long"),
    "unreadable": ("编码损坏，大半不可读", "encoding damaged, mostly unreadable"),
    "not_object": ("不是 JSON 对象", "not a JSON object"),
    "long_line": ("整行过长", "line too long"),
    "raw_lost": ("隔离文件的 raw 列已不是 JSON 对象", "the raw cell of a quarantine file is no JSON object"),
    "deleted_mark": ("「该条评论已经被删除」标记 {n} 处，判读时略过", "{n} notices of deletion, passed over when judging"),
    "maker_reply": ("正文里有开发者/商家回复 {n} 条，判读时略过", "{n} replies of the maker inside texts, passed over when judging"),
    "other_language": ("{n} 条不是中文，已入库、不参与判断", "{n} records are not Chinese: stored, not judged"),
    "scientific_ids": ("{n} 个作者编号成了科学计数（如 1.0E+11），已不可用，置空", "{n} author ids turned into 1.0E+11: left empty"),
    "cut_at": ("导出被截断：导出工具一次最多 {n} 条，请分批导出", "the export was cut: the tool gives {n} rows at most, export in parts"),
    "notice": ("跳过 {n} 行导出说明", "{n} lines of the export tool skipped"),
    "rejoined": ("{n} 行的正文被自身的分隔符切开，已拼回", "{n} rows cut at their own delimiters were put together"),
    "unbalanced_quotes": ("{n} 行引号不成对，按原样读取", "{n} rows with unbalanced quotes read as they stand"),
    "undecodable": ("{n} 行有无法解码的字节，以 � 代替", "{n} lines with undecodable bytes, marked �"),
    "encoding_switch": ("{n} 行与文件其余部分编码不同，已分别解码", "{n} lines in another encoding than the rest, decoded each on its own"),
    "unknown_dates": ("{n} 个时间无法识别，置空", "{n} times could not be read: left empty"),
    "future_dates": ("{n} 个时间在明天之后（如 2030-01-01），照原样入库，请核对", "{n} times lie more than a day ahead (such as 2030-01-01): stored as they stand, please check"),
    "relative_dates": ("{n} 个相对时间（如 5小时前）", "{n} relative times (such as 5小时前)"),
    "yearless_dates": ("{n} 个时间没有年份，取不晚于基准时间的最近一年", "{n} dates without a year: the latest one not after the reference time"),
    "serial_dates": ("{n} 个时间为数字（时间戳或 Excel 序列值）", "{n} times are numbers (epoch or Excel serial)"),
    "ambiguous_dates": ("日期 03/04/2022 一类月日次序无从判断，按月/日读取", "dates such as 03/04/2022 read as month/day: nothing tells the order"),
    "date_in_name": ("没有时间列，时间取自文件名", "no time column: the time is the date in the file's name"),
    "as_of_name": ("相对时间以文件名中的日期为基准", "relative times count from the date in the file's name"),
    "as_of_mtime": ("相对时间以文件修改时间为基准（可用 --as-of 指定）", "relative times count from the file's modification time (--as-of overrules)"),
    "as_of_option": ("相对时间以 --as-of 为基准", "relative times count from --as-of"),
    "undated_answers": ("{n} 条没有时间，不进入时间窗口；可在记录里写“访谈时间：2026-01-31”，或把日期写进文件名", "{n} without a time fall into no window: write 访谈时间：2026-01-31 into the notes, or the date into the file's name"),
    "lines_as_answers": ("没有认出“问/答”的标记：每行当作一个回答（不是访谈的话请改 --kind）", "no marks of questions and answers: each line is taken for an answer (not an interview? mend --kind)"),
    "rows_as_answers": ("没有问题一栏：每行当作一个回答（不是访谈的话请改 --kind）", "no column of questions: each row is taken for an answer (not an interview? mend --kind)"),
    "no_time": ("没有时间：这些记录不进入时间窗口", "no time: these records fall into no window"),
    "skip_format": ("格式未知：{detail}", "unknown format: {detail}"),
    "skip_outside": ("成员 {detail} 指向压缩包之外", "member {detail} points outside the archive"),
    "skip_deep": ("成员 {detail} 是第三层压缩包，请先解压", "member {detail} is a zip within a zip within a zip; unpack it first"),
    "skip_empty": ("成员 {detail} 是空的", "member {detail} is empty"),
    "skip_nothing": ("压缩包里没有可读的文件", "no readable files in this archive"),
    "skip_repeats": ("与工作表 [{detail}] 的内容重复", "repeats the texts of [{detail}]"),
    "mostly_no_text": ("警告：{read} 行中有 {n} 行没有正文，已隔离，没有入库。正文取自「{column}」列，请核对；若取错了列，请指定正文列再导入一次：{map}", "WARNING: {n} of {read} rows have no text and were set aside, not stored. The text was read from the column \"{column}\", which may be the wrong one: name the right one and take the file in again with {map}"),
    "rating_scale": ("评分满分为 {n}，已换算为 5 分制", "ratings are out of {n}: brought to 1..5"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Skipped:
    """What was left out of a run, and why: a key of this module with its detail, or the words of an error."""

    where: str
    key: str
    detail: str = ""

    def words(self, lang: str) -> str:
        """One line for people."""
        why = say(self.key, lang).replace("{detail}", self.detail)
        return f"{self.where}{'：' if lang == 'zh' else ': '}{why}" if self.where else why


FIELDS_ZH: Final = {
    "text": "正文", "title": "标题", "created_at": "时间", "author": "作者", "rating": "评分", "nps": "NPS", "version": "版本", "region": "地区",
    "channel": "渠道", "url": "链接", "likes": "点赞", "comments": "评论数", "reposts": "转发", "engagement": "互动", "context": "问题", "clock": "时刻",
}  # fmt: skip
MASKS_EN: Final = {
    "手机": "mobile", "电话": "telephone", "身份证": "identity card", "银行卡": "bank card", "邮箱": "mail", "微信": "WeChat", "QQ": "QQ",
    "地址": "address", "车牌": "licence plate", "订单号": "order number", "姓名": "name", "IP": "IP", "令牌": "link token",
}  # fmt: skip


def say(key: str, lang: str, n: int | float = 0) -> str:
    """The words for a key; a key that is none is given back as it is (a reader's own reason)."""
    if key not in _TEXTS:
        return key
    return _TEXTS[key][0 if lang == "zh" else 1].replace("{n}", f"{n:g}" if isinstance(n, float) else str(n))


def field_name(field: str, lang: str) -> str:
    """A field as people read it."""
    return FIELDS_ZH.get(field, field) if lang == "zh" else field


def mask_name(kind: str, lang: str) -> str:
    """A type of mask as people read it."""
    return kind if lang == "zh" else MASKS_EN.get(kind, kind)


def notes(
    table_notes: tuple[str, ...], counts: dict[str, int], lang: str, *, as_of_from: str, scale: float
) -> list[str]:
    """The notes of one file in words, in a fixed order."""
    lines = [say(key, lang) for key in table_notes]
    lines += [say(key, lang, counts[key]) for key in _TEXTS if counts.get(key)]
    if counts.get("relative_dates") or counts.get("yearless_dates"):
        lines.append(say({"name": "as_of_name", "mtime": "as_of_mtime"}.get(as_of_from, "as_of_option"), lang))
    if scale != 5:
        lines.append(say("rating_scale", lang, int(scale)))
    return lines
