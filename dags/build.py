"""构建 / When new data has landed: build, audit exactly that snapshot, publish it or hold it.

- **什么时候 / when**:采集或收件箱收下新数据就开始,没有钟点 / as soon as new data has landed; no clock.
- **手工运行 / by hand**:右上角 Trigger,表单里可选只做一家、从原始文件重算
  / Trigger has a form: one merchant alone; everything anew from the raw files.
- **跳过 / skipped**:另一个构建已经包含了这些数据;或已发布,但日志点名的商家未放行,仍读自己上一个发布
  / another build covers the data by now; or released, but the merchants the log names are held and go on
  reading their last good release.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import Param, dag, task
from airflow.sdk.exceptions import AirflowSkipException

from dags.failures import plainly
from dags.parts import ID, LANDED, described

FORM = {
    "merchant": Param(
        None,
        type=["null", "string"],
        pattern=ID,
        title="商家 / merchant",
        description="商家编号，只做这一家；留空做全部 / its id, to build this merchant alone; empty for all",
    ),
    "from_landing": Param(
        False,
        type="boolean",
        title="从原始文件重算 / from the raw files",
        description="全部从原始文件重算，较久 / make everything anew from the raw files; takes longer",
    ),
}


@dag(schedule=[LANDED], params=FORM, **described(__doc__))
def build() -> None:
    """Write, audit, publish."""

    @task(multiple_outputs=True)
    @plainly
    def build(run: str, params: Any = None) -> dict[str, int]:  # noqa: ANN401 - Airflow's own
        from pipeline import steps

        wanted = {"merchant_id": params["merchant"] or "", "from_landing": params["from_landing"]}
        built = steps.build(steps.Settings(), run_name=run, **wanted)
        for receipt in built.receipts:
            print(receipt.name, receipt.verdict, receipt.rows_read, receipt.published, receipt.quarantined)
        return {"build_number": built.build_number, "snapshot": built.snapshot}

    @task
    @plainly
    def audit(build_number: int, snapshot: int) -> None:
        from pipeline import steps

        for item in steps.audit(steps.Settings(), build_number, snapshot):
            if not item.is_passed:
                print(item.severity_code, item.table_name, item.rule_name, item.failed_qty, item.message_name)

    @task
    @plainly
    def release(build_number: int, snapshot: int) -> None:
        from pipeline import steps

        released = steps.release(steps.Settings(), build_number, snapshot)
        print("发布 / released", released.number)
        if released.holds:
            told = [f"{name}: {', '.join(why.failed_rules)}" for name, why in sorted(released.holds.items())]
            raise AirflowSkipException(f"未放行 / held: {'; '.join(told)}")

    built = build("{{ run_id }}")
    numbers = built["build_number"], built["snapshot"]
    audit(*numbers) >> release(*numbers)


build()
