"""构建 / When new data has landed: build, audit exactly that snapshot, publish it or hold it.

A held release ends the run as failed; see its last task.
"""

from __future__ import annotations

from airflow.sdk import dag, task

from dags.parts import LANDED, PATIENCE


@dag(
    schedule=[LANDED],
    catchup=False,
    max_active_runs=1,
    default_args=PATIENCE,
    tags=["baiyun"],
    doc_md=__doc__,
)
def build() -> None:
    """Write, audit, publish."""

    @task(multiple_outputs=True)
    def build(run: str) -> dict[str, int]:
        from pipeline import steps

        built = steps.build(steps.Settings(), run_name=run)
        for receipt in built.receipts:
            print(receipt.name, receipt.verdict, receipt.rows_read, receipt.published, receipt.quarantined)
        return {"build_number": built.build_number, "snapshot": built.snapshot}

    @task
    def audit(build_number: int, snapshot: int) -> None:
        from pipeline import steps

        for outcome in steps.audit(steps.Settings(), build_number, snapshot):
            if not outcome.is_passed:
                print(
                    outcome.severity_code,
                    outcome.table_name,
                    outcome.rule_name,
                    outcome.failed_qty,
                    outcome.message_name,
                )

    @task
    def release(build_number: int, snapshot: int) -> None:
        from pipeline import steps

        print(steps.release(steps.Settings(), build_number, snapshot))

    built = build("{{ run_id }}")
    numbers = built["build_number"], built["snapshot"]
    audit(*numbers) >> release(*numbers)


build()
