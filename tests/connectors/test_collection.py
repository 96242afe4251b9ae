"""Faults every platform's collection meets (F01–F06, F13, F16–F18): totals end as a clean run's, cursors
cover only what came, one shop stops alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from collection_cases import NOW, PLAYS, House, opened
from starlette.responses import RedirectResponse, Response

from contracts.errors import CollectError, CredentialError, TransientError
from pipeline.intake.collect import run_colour

EVERY = {
    "http_429_every": 9,
    "retry_after": 0.01,
    "throttled_every": 11,
    "busy_every": 13,
    "http_5xx_every": 17,
    "truncate_every": 8,
    "burst_5xx": 3,
}


@pytest.fixture(scope="module", params=PLAYS, ids=str)
def lived(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with (
        pytest.MonkeyPatch.context() as patch,
        opened(request.param, tmp_path_factory.mktemp("house"), patch.setattr) as house,
    ):
        yield house


@pytest.fixture
def house(lived: House) -> House:
    """The platform's house at the market's last moment, without faults, every shop freshly authorised."""
    lived.world.at = NOW
    lived.authorise()
    return lived


@pytest.fixture
def shop(house: House) -> str:
    return sorted(house.secrets)[0]


def test_totals_after_recovery_are_a_clean_runs(house: House) -> None:
    """F04 and F06, then F02 (or F04, where nobody but the shop can renew), then F01, F02, F13 together, and
    with them F16: what changed days later.
    """
    first, second = sorted(house.secrets)
    house.world.at = earlier = house.play.earlier
    renews = house.play.renews in ("after", "secret")
    house.faults.update({**house.play.revoke, "revoke_shop": first, "expire_at": 2 if renews else 0})
    done = house.run("revoked")
    assert set(house.faults.injected) == {"revoke", "expire"} if renews else {"revoke"}
    came = {(item.shop_id, item.kind_code) for item in done if item.outcome_code == "ok"}
    stopped = [item for item in done if item.outcome_code != "ok"]
    assert {item.shop_id for item in stopped} == {first}, "a revoked shop stops alone"
    assert all(item.rule_name and "/" in item.next_step_name and not item.is_transient for item in stopped), (
        "and a person is told what to do"
    )
    assert house.cursors() == dict.fromkeys(came, earlier)
    assert run_colour(house.settings, "revoked") == "amber"
    before = house.totals()
    assert before[second] == house.truth()[second]
    assert before[first] != house.truth()[first]

    house.authorise()
    faults, rule = house.play.breakdown
    house.faults.update(faults)
    assert {item.rule_name for item in house.run("broken")} == {rule}
    assert house.cursors() == dict.fromkeys(came, earlier), "no cursor moves without its data"

    house.authorise()
    house.world.at = NOW
    house.faults.update(EVERY)
    done = house.run("rough")
    assert {item.rule_name for item in done} == {""}
    assert {"http_429", "throttled", "busy", "http_5xx", "truncate", "burst_5xx"} <= set(
        house.faults.injected
    )
    assert house.cursors() == {(item.shop_id, item.kind_code): NOW for item in done}
    after = house.totals()
    assert after == house.truth()
    assert min(min(totals[name] for name in ("orders", "paid", "refunds")) for totals in after.values()) > 0
    assert after[second]["refunds"] > before[second]["refunds"]


# --- what one request may meet ------------------------------------------------------------------------------


def test_an_answer_that_comes_too_late_is_asked_for_again(house: House, shop: str) -> None:
    """F03: the platform had accepted the request; asking again changes nothing there."""
    clean = house.records(house.api(house.credentials(shop)))
    house.faults.reset()
    house.faults.requests = 9  # the first request is the tenth
    house.faults.update({"slow_every": 10, "slow_seconds": 0.8})
    assert house.records(house.api(house.credentials(shop), timeout_seconds=0.4)) == clean != []
    assert house.faults.injected["slow"] > 0


@pytest.mark.parametrize(
    "faults",
    [{"http_429_every": 1}, {"http_5xx_every": 1}, {"throttled_every": 1}, {"truncate_every": 1}],
    ids=lambda faults: next(iter(faults)),
)
def test_a_fault_that_stays_ends_after_bounded_tries(
    house: House, shop: str, faults: dict[str, float]
) -> None:
    """F01, F02, F13."""
    house.faults.update(faults)
    with pytest.raises(TransientError):
        house.records(house.api(house.credentials(shop), attempts=3))
    assert house.faults.requests == 3


def test_a_page_of_html_is_worth_another_try(
    house: House, shop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F13: a maintenance page on HTTP 200, in another charset."""
    clean = house.records(house.api(house.credentials(shop)))
    house.answer_instead(
        monkeypatch.setattr, lambda: Response("<html>系统维护</html>".encode("gbk"), media_type="text/html")
    )
    house.faults.reset()
    house.faults.requests = 1
    house.faults.update({"throttled_every": 2})
    assert house.records(house.api(house.credentials(shop))) == clean
    assert house.faults.injected["throttled"] > 0


@pytest.mark.parametrize("address", ["http://169.254.169.254/latest", "file:///etc/passwd"])
def test_a_redirect_is_not_followed(
    house: House, shop: str, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """F17: neither an address inside somebody's cloud nor a file of ours is ever asked."""
    house.answer_instead(monkeypatch.setattr, lambda: RedirectResponse(address, 302))
    house.faults.update({"throttled_every": 1})
    with pytest.raises(CollectError, match="HTTP_STATUS"):
        house.records(house.api(house.credentials(shop)))
    assert house.faults.requests == 1


def test_an_endless_answer_is_cut_off(house: House, shop: str) -> None:
    """F18."""
    with pytest.raises(CollectError, match="BODY_TOO_LARGE"):
        house.records(house.api(house.credentials(shop), max_body_bytes=250))


# --- tokens (JD's last day is told by ``expires_at``; the others renew what has ended) ----------------------


#: Taobao's session cannot be renewed, WeChat's token is fetched with the shop's secret.
each_that_renews = pytest.mark.parametrize(
    "lived", [play for play in PLAYS if play.renews in ("after", "before")], indirect=True, ids=str
)


@pytest.fixture
def renewing(house: House, shop: str) -> str:
    """A shop whose token is to be renewed."""
    house.end_tokens(shop)
    return shop


@each_that_renews
def test_a_token_is_renewed_once_and_saved_before_its_first_use(house: House, renewing: str) -> None:
    """F04: and whoever comes next takes the kept one."""
    own = house.credentials(renewing)
    kept: list[int] = []
    save = own.save
    own.save = lambda fresh: (kept.append(house.faults.requests), save(fresh))[1]  # type: ignore[func-returns-value]
    told = house.records(house.api(own))
    assert kept == [1 if house.play.renews == "before" else 2], (
        "a refused page, the renewal; nothing between that and the saving"
    )
    asked = house.faults.requests
    assert house.records(house.api(house.credentials(renewing))) == told
    assert house.faults.requests - asked <= asked - kept[0], "no refused page and no renewal"


@each_that_renews
def test_who_comes_second_takes_what_the_first_has_brought(house: House, renewing: str) -> None:
    """The first answer has killed the refresh token that the second process still holds."""
    first, second = house.credentials(renewing), house.credentials(renewing)
    second.save = lambda fresh: pytest.fail("the second asks for no pair of its own")
    assert first.refresh_token == second.refresh_token
    assert house.records(house.api(first)) == house.records(house.api(second))


@each_that_renews
def test_processes_that_renew_at_once_wait_for_each_other(house: House, renewing: str) -> None:
    shared = [house.credentials(renewing) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        told = list(pool.map(lambda own: house.records(house.api(own)), shared))
    assert told[0] == told[1] == told[2] != []


@each_that_renews
def test_a_crash_while_saving_is_told_to_a_person_and_made_good_by_consent(
    house: House, renewing: str
) -> None:
    """F05: a pair that could not be kept is not used.

    The old one is dead, and only the merchant can give another.
    """
    own = house.credentials(renewing)

    def fall(fresh: object) -> None:
        raise OSError("disk full")

    own.save = fall
    with pytest.raises(OSError, match="disk full"):
        house.records(house.api(own))
    with pytest.raises(CredentialError, match="授权"):
        house.records(house.api(house.credentials(renewing)))
    house.authorise()
    assert house.records(house.api(house.credentials(renewing)))


@each_that_renews
def test_a_new_token_lost_on_the_way_asks_for_a_person(house: House, renewing: str) -> None:
    """F05: the platform has rotated it, the answer came in half.

    Nothing is saved, and the old one is not taken for good.
    """
    own = house.credentials(renewing)
    own.save = lambda fresh: pytest.fail("nothing came that could be saved")
    house.faults.update({"truncate_every": 2})
    house.faults.requests = 1 if house.play.renews == "before" else 0
    with pytest.raises(CredentialError, match="授权"):
        house.records(house.api(own))
    assert house.faults.injected["truncate"] == 1
