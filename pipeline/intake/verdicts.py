"""What a collection run came to: worth another try, its colour, and the lines a person reads.

A shop nobody reported counts as failed.
"""

from __future__ import annotations

from collections.abc import Iterable

from contracts.errors import CollectError, TransientError
from pipeline.intake.collect import Collected, attempts, run_colour
from warehouse.settings import Settings

_TOLD = ("outcome_code", "shop_id", "kind_code", "pages_qty", "rule_name", "message_name", "next_step_name")
_UNTOLD = "failed {} NOT_REPORTED 采集任务中断 / its task broke off → 看该任务的日志 / see the task's log"


def insist(collected: Iterable[Collected]) -> None:
    """Raise ``TransientError`` naming the shops whose collection failed for a reason that may pass.

    What has come is kept either way.
    """
    again = sorted({ended.shop_id for ended in collected if ended.is_transient})
    if again:
        raise TransientError(
            "COLLECT_AGAIN",
            "部分店铺暂时无法采集",
            "some shops could not be collected for now",
            shops=", ".join(again),
        )


def nothing_came() -> CollectError:
    """What a red run ends with, below its ``lines``."""
    return CollectError(
        "NOTHING_CAME",
        "没有采集到任何数据",
        "nothing was collected",
        step_zh="照上面每家店的原因处理，然后在 Airflow 里重新运行",
        step_en="mend what stands above of each shop, then run it again in Airflow",
    )


def colour(settings: Settings, run_name: str, batches: Iterable[Iterable[str]] | None) -> str:
    """``run_colour`` of a run over ``batches`` of shop ids: green only when every shop reported, red when
    none did, or when nobody could tell which (None).
    """
    if batches is None:
        return "red"
    untold = _untold(settings, run_name, batches)
    if not untold:
        return run_colour(settings, run_name)
    return "amber" if "ok" in attempts(settings, run_name)["outcome_code"] else "red"


def lines(settings: Settings, run_name: str, batches: Iterable[Iterable[str]]) -> str:
    """One line per attempt, failed ones first: shop, kind, pages, and for a failure its rule, sentence and
    next step.
    """
    told = attempts(settings, run_name).select(_TOLD).iter_rows()
    said = [" ".join(str(cell) for cell in row if cell is not None) for row in told]
    return "\n".join([*(_UNTOLD.format(shop_id) for shop_id in _untold(settings, run_name, batches)), *said])


def _untold(settings: Settings, run_name: str, batches: Iterable[Iterable[str]]) -> list[str]:
    return sorted(
        {shop_id for batch in batches for shop_id in batch} - set(attempts(settings, run_name)["shop_id"])
    )
