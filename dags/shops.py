"""What the collection knows of shops: the form of a manual run, credentials, and what each came to."""

from __future__ import annotations

from collections.abc import Mapping

from airflow.sdk import Connection, Param
from airflow.sdk.exceptions import AirflowNotFoundException
from airflow.sdk.log import mask_secret

from dags.parts import ID

FORM = {
    "shops": Param(
        [],
        type="array",
        items={"type": "string", "pattern": ID},
        title="店铺 / shops",
        description="店铺编号，一行一个；留空为全部 / shop ids, one a line; empty for all",
    ),
    "days": Param(
        None,
        type=["null", "integer"],
        minimum=1,
        maximum=730,
        title="回看天数 / days",
        description="往回读多少天的变动；留空按设置 / days of updates to read; empty as the settings say",
    ),
}


def credentials(reference: str) -> Mapping[str, str]:
    """A shop's access as its Airflow connection holds it, masked in every log from here on.

    Empty when there is no such connection.
    """
    try:
        connection = Connection.get(reference)
    except AirflowNotFoundException:
        return {}
    extra = {name: str(value) for name, value in connection.extra_dejson.items()}
    for secret in (connection.password, extra.get("access_token"), extra.get("refresh_token")):
        mask_secret(secret)
    return extra | {
        "base_url": connection.host or "",
        "app_key": connection.login or "",
        "app_secret": connection.password or "",
    }


def told(run: str, batches: list[list[str]]) -> str:
    """What each shop of a collection run came to, as ``pipeline.intake.verdicts`` words it."""
    from pipeline import steps
    from pipeline.intake import verdicts

    return verdicts.lines(steps.Settings(), run, batches)
