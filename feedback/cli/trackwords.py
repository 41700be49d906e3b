"""The words of `track` and `incidents` for people, in Chinese and English."""

from __future__ import annotations

from typing import Any

STATES = {
    "breach": ("超线", "bold red"),
    "watch": ("关注", "yellow"),
    "calm": ("平稳", "green"),
    "too few": ("样本不足", "dim"),
}
INCIDENT_STATES = {"open": "待响应", "acknowledged": "处理中", "closed": "已关闭"}
_WORDS = {
    "title": ("负面声量：{start} 至 {end}，警戒线 {threshold}", "Negative share: {start} to {end}, line {threshold}"),
    "columns": (
        ("关键词", "状态", "提及", "负面", "负面占比（{level} 区间）", "校正后（含误差）", "自何时", "剔除 复制/近似"),
        ("keyword", "state", "n", "negative", "share ({level} interval)", "corrected", "since", "left out exact/near"),
    ),
    "stale": (
        "数据到 {last} 为止，窗口末段没有任何记录；可用 --as-of {day} 回看",
        "the data end at {last}: the window's last stretch holds no record; try --as-of {day}",
    ),
    "incidents": ("事件", "Incidents"),
    "incident_columns": (
        ("编号", "关键词", "状态", "起因", "开启", "截止", "负责人"),
        ("id", "keyword", "state", "cause", "opened", "due", "owner"),
    ),
    "none": ("没有事件。", "No incidents."),
    "overdue": ("已超时", "overdue"),
    "opened": ("新开事件 {id}（{keyword}），{due} 前须给出危机公关预案", "opened {id} ({keyword}), due {due}"),
    "would": (
        "将会新开事件：{keyword}（--dry-run，未写入）",
        "would open an incident: {keyword} (--dry-run, nothing written)",
    ),
    "empty": (
        "{keyword}：窗口内没有提及，最近一次提及在 {last}；可用 --as-of {day} 回看",
        "{keyword}: nothing in the window, last mentioned {last}; try --as-of {day}",
    ),
    "unnamed": (
        "{keyword}：{n} 条属于该产品的记录正文没有提到它：只数点名的",
        "{keyword}: {n} records of this product do not name it: only those that do are counted",
    ),
    "never": ("{keyword}：没有任何提及", "{keyword}: never mentioned"),
    "waiting": (
        "另有 {n} 条尚未判定，未计入；先运行 feedback analyze",
        "{n} records are not judged yet and do not count; run feedback analyze",
    ),
    "judged": (
        "{keyword}：判定误差足以造成这个占比：校正后 {share:.1%}（{lower:.1%}–{upper:.1%}）；先人工核对原帖",
        "{keyword}: the judge's own errors could make this share: corrected {share:.1%} ({lower:.1%}–{upper:.1%}); "
        "read the posts first",
    ),
    "volume": (
        "{subject}：声量突增而占比未变：{now:.0f} 条，此前平均 {before:.1f} 条",
        "{subject}: volume bursts, the share does not: {now:.0f}, {before:.1f} on average before",
    ),
    "praise copies": (
        "{subject}：好评疑似刷量：{now:.0f} 条雷同好评（此前共 {before:.0f} 条）",
        "{subject}: praise looks bought: {now:.0f} copies of praise ({before:.0f} in all before)",
    ),
    "praise deleted": (
        "{subject}：好评疑似刷量：{now:.0f} 条五星评论已被删除（此前共 {before:.0f} 条）",
        "{subject}: praise looks bought: {now:.0f} five-star reviews deleted ({before:.0f} in all before)",
    ),
    "theme": (
        "{subject}：罕见抱怨快速增长：{about} {now:.0f} 条（此前共 {before:.0f} 条）",
        "{subject}: a rare complaint grows fast: {about}, {now:.0f} ({before:.0f} in all before)",
    ),
    "nps floor": (
        "{subject}：NPS 亮红：{now:.0f}，低于下限；启动 CEO直通车 + 产品体验官",
        "{subject}: NPS is red: {now:.0f}, below its floor; CEO hotline and product experience officer",
    ),
    "nps fall": (
        "{subject}：NPS 亮红：由 {before:.0f} 跌至 {now:.0f}，超出误差；启动 CEO直通车 + 产品体验官",
        "{subject}: NPS is red: from {before:.0f} to {now:.0f}, beyond its interval; CEO hotline and product officer",
    ),
    "failed": (
        "{id} 未能送达 {channel}（试 {attempts} 次）：{error}；下次 --notify 再试",
        "{id} did not reach {channel} ({attempts} attempts): {error}; the next --notify tries again",
    ),
    "channel address": (
        "通道 {channel} 没有可用的网址：请设环境变量 {variable}，否则预警发不出去",
        "channel {channel} has no web address: set {variable} in the environment, or no alert gets through",
    ),
    "channel mail": (
        "通道 {channel} 缺 host、sender 或 to：请写入 [track.channels.{channel}]，否则预警发不出去",
        "channel {channel} lacks host, sender or to: add them to [track.channels.{channel}], or no alert gets through",
    ),
    "channel command": (
        "通道 {channel} 没有命令：请写入 [track.channels.{channel}] command，否则预警发不出去",
        "channel {channel} has no command: add it to [track.channels.{channel}], or no alert gets through",
    ),
    "bh": (
        "{m} 个关键词同时检验：超线须过 Benjamini–Hochberg（错误发现率 {q}）",
        "{m} keywords tested at once: a breach must survive Benjamini–Hochberg (false discovery rate {q})",
    ),
    "alarm": (
        "{keyword}：序贯警报于 {rang} 响起，上升约始于 {since}"
        "（证据 {evidence:.1f} > {limit:.1f} nat，基准 {reference:.1%}）",
        "{keyword}: sequential alarm rang {rang}, rise since about {since} "
        "(evidence {evidence:.1f} > {limit:.1f} nats, reference {reference:.1%})",
    ),
}  # fmt: skip
CAUSES = {"breach": "占比超线", "alarm": "序贯警报"}


def word(name: str, lang: str) -> Any:
    """The wording `name` in `lang`."""
    return _WORDS[name][0 if lang == "zh" else 1]
