"""The words of briefs and messages, in both languages."""

from __future__ import annotations

from typing import Final

Words = dict[str, str]


def _w(zh: str, en: str) -> Words:
    return {"zh": zh, "en": en}


STATES: Final[dict[str, Words]] = {
    "breach": _w("超线", "breach"),
    "watch": _w("关注", "watch"),
    "calm": _w("平稳", "calm"),
    "too few": _w("样本不足", "too few"),
}
INCIDENT_STATES: Final[dict[str, Words]] = {
    "open": _w("待响应", "open"),
    "acknowledged": _w("处理中", "acknowledged"),
    "closed": _w("已关闭", "closed"),
}
CAUSES: Final[dict[str, Words]] = {
    "breach": _w("占比超线", "breach"),
    "alarm": _w("序贯警报", "alarm"),
}
KINDS: Final[dict[str, Words]] = {
    "opened": _w("开启", "opened"),
    "acknowledged": _w("响应", "acknowledged"),
    "owner": _w("转交", "owner"),
    "note": _w("备注", "note"),
    "closed": _w("关闭", "closed"),
}
FIRST_STEPS: Final[dict[str, Words]] = {
    "product": _w(
        "产品缺陷为主：先请研发确认影响范围与版本，能回滚先回滚；对外说明何时修好，不要只说“已反馈”。",
        "Mostly product defects: have engineering confirm reach and versions, roll back if possible, say when.",
    ),
    "service": _w(
        "服务断层为主：先指定一位负责人逐条回访下列原帖，当天给出处理结果；同时查明是哪一环节、哪一批人。",
        "Mostly service failures: name one person to call back the authors below today, and find the step that failed.",
    ),
    "experience": _w(
        "体验断层为主：先给出可用的绕行办法与时间表，关掉或缓下新改动；把吐槽原话交给产品经理。",
        "Mostly experience: name a way round, pause the change, hand their words to the product manager.",
    ),
    "none": _w(
        "没有哪一类抱怨占多数：先读下列原帖，判断是事实、误解还是组织行为，再定口径。",
        "No family dominates: read the posts below first, tell fact from misunderstanding from campaign, then decide.",
    ),
}
#: Share of the time until due at which each should be done.
CHECKLIST: Final[tuple[tuple[float, Words], ...]] = (
    (1 / 24, _w("核对事实：读原帖，确认不是误判或水军", "Read the posts: rule out misjudgement and campaigns")),
    (2 / 24, _w("响应事件并指定负责人（feedback incidents ack）", "Name an owner (feedback incidents ack)")),
    (4 / 24, _w("定级，通知产品、客服、法务", "Grade it; tell product, support and legal")),
    (6 / 24, _w("联系传播最广的作者", "Reach the authors who spread it most")),
    (12 / 24, _w("统一口径，在主要渠道发布首次说明", "Agree on wording; publish the first statement where it spreads")),
    (18 / 24, _w("再看一次占比与新增抱怨，必要时补充说明", "Look at share and complaints again; add to the statement")),
    (1.0, _w("给出危机公关预案与整改时间表", "Hand in the response plan and the dates of the mending")),
)  # fmt: skip

_TEXTS: Final[dict[str, Words]] = {
    "what": _w("发生了什么", "What"),
    "since": _w("自何时", "Since when"),
    "why": _w("因何而起", "Why"),
    "quotes": _w("原话", "In their words"),
    "who": _w("谁在传播", "Who spreads it"),
    "first": _w("先做什么", "What to do first"),
    "checklist": _w("24 小时清单", "Checklist of the 24 hours"),
    "history": _w("经过", "History"),
    "nothing": _w("没有记录", "no records"),
    "of": _w("{n} 条中 {negative} 条负面，占 {share:.1%}", "{negative} of {n} negative, {share:.1%}"),
    "opened": _w("{at} 因{cause}开启：{share}", "Opened {at} ({cause}): {share}"),
    "opened in": _w(
        "{at} 因{cause}开启（窗口 {start} 至 {end}）：{share}",
        "Opened {at} ({cause}; window {start} to {end}): {share}",
    ),
    "recounted": _w("同一窗口现在再数：{share}", "The same window counted again: {share}"),
    "present": _w(
        "现况（{start} 至 {end}）：{state}，{share}；警戒线 {threshold}",
        "At present ({start} to {end}): {state}, {share}; line {threshold}",
    ),
    "left_out": _w("已剔除复制 {duplicates} 条、近似 {near} 条", "Left out: {duplicates} copies, {near} near copies"),
    "standing": _w("事件{state}，负责人：{owner}；{clock}", "Incident {state}, owner: {owner}; {clock}"),
    "nobody": _w("未指定", "nobody"),
    "due": _w("{due} 前给出预案", "plan due {due}"),
    "overdue": _w("预案已超时（应在 {due} 前）", "plan overdue (was due {due})"),
    "adjusted": _w(
        "按判定误差校正后的占比：{share:.1%}（{lower:.1%}–{upper:.1%}）",
        "Share corrected for the judge's errors: {share:.1%} ({lower:.1%}–{upper:.1%})",
    ),
    "rise": _w(
        "{since} 起上升（95% 在 {earliest} 至 {latest} 之间）：由 {before:.1%} 升到 {after:.1%}",
        "Rose on {since} (95% between {earliest} and {latest}): from {before:.1%} to {after:.1%}",
    ),
    "no_rise": _w("看不出明确的起点：历史记录太少，或一向如此", "No clear beginning: little history, or always so"),
    "alarm": _w(
        "序贯警报 {rang} 响起：证据 {evidence:.1f} nat（限 {limit:.1f}），基准 {reference:.1%}",
        "Sequential alarm rang {rang}: {evidence:.1f} nats of evidence (limit {limit:.1f}), reference {reference:.1%}",
    ),
    "compared": _w("上升以来 {now} 条提及，对照此前 {before} 条", "{now} mentions since the rise, {before} before it"),
    "compared window": _w(
        "窗口内 {now} 条提及，对照此前 {before} 条", "{now} mentions in the window, {before} before it"
    ),
    "code": _w("{label}：{now} 条，占 {share:.1%}（此前 {before}）", "{label}: {now}, {share:.1%} (before: {before})"),
    "no_before": _w("无记录", "no records"),
    "no_codes": _w("没有可归类的抱怨", "No complaint that could be coded"),
    "phrases": _w("新说法：{phrases}", "New phrases: {phrases}"),
    "comma": _w("、", ", "),
    "suspicion": _w("“疑似协同”只是线索，不是证据。", "Suspected coordination is a lead, not proof."),
    "spreader": _w("{author}，互动 {engagement}，{when} {url}", "{author}, engagement {engagement}, {when} {url}"),
    "group": _w(
        "疑似协同：{records} 条雷同，{accounts} 个账号（{new} 个首次出现）：“{text}”",
        "Suspected coordination: {records} alike by {accounts} accounts ({new} first seen): “{text}”",
    ),
    "with_without": _w(
        "占比：计入 {counted}；含复制 {copies}；去掉 {suspects} 个可疑账号 {without}",
        "Share: counted {counted}; with all copies {copies}; without {suspects} suspected accounts {without}",
    ),
    "unknown": _w("佚名", "unknown"),
    "engaged": _w("互动 {engagement}", "engagement {engagement}"),
    "message": _w("负面声量事件 {id}：{keyword} {state}", "Negative share incident {id}: {keyword} {state}"),
}  # fmt: skip


def say(name: str, lang: str) -> str:
    """The wording `name` in `lang`, with its fields to fill."""
    return _TEXTS[name][lang]
