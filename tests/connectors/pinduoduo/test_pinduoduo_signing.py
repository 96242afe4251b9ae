"""The official worked example, and what a signature covers."""

from __future__ import annotations

from connectors.pinduoduo.signing import sign

OFFICIAL = {
    "access_token": "asd78172s8ds9a921j9qqwda12312w1w21211", "client_id": "1", "data_type": "XML",
    "order_status": "1", "page": "1", "page_size": "10",
    "timestamp": "1480411125", "type": "pdd.order.number.list.get",
}  # fmt: skip


def test_the_official_example() -> None:
    assert sign(OFFICIAL, "testSecret") == "E4DE3ED21002510DED352819E7AE6775"


def test_the_order_of_parameters_does_not_matter_and_sign_is_left_out() -> None:
    backwards = dict(reversed(OFFICIAL.items())) | {"sign": "anything"}
    assert sign(backwards, "testSecret") == "E4DE3ED21002510DED352819E7AE6775"


def test_every_parameter_and_the_secret_count() -> None:
    signatures = {sign(OFFICIAL | {name: "2"}, "testSecret") for name in OFFICIAL} | {
        sign(OFFICIAL, "testSecret"),
        sign(OFFICIAL, "other"),
    }
    assert len(signatures) == len(OFFICIAL) + 2
