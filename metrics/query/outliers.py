"""Lines far above anything else their shop sold, which count until a person says whether they are right
(decision 0027).
"""

from __future__ import annotations

from metrics.query.access import Desk
from metrics.query.question import Question
from transforms.gold.sales import mart_outlier_line

#: Clocks of ledgers and advertising: no order line is part of their figures.
OF_LEDGERS = {"settled", "moved", "advertised", "advertised_matured"}
#: What a question may name of a line: dimension → column.
_NAMED = {
    "shop": "shop_id",
    "platform": "platform_code",
    "channel": "channel_code",
    "style": "style_code",
    "session": "live_session_id",
}


def outliers(desk: Desk, question: Question) -> dict[str, int]:
    """Worth and number of the unconfirmed outlier lines that any clock of the question may count, as parts of
    a note.
    """
    wanted = {column: question.where[name] for name, column in _NAMED.items() if name in question.where}
    conditions = [
        "true",
        *(
            f"{column} IN ({', '.join('?' * len(values))})" if values else "false"
            for column, values in wanted.items()
        ),
    ]
    values: list[object] = [value for several in wanted.values() for value in several]
    if question.period:
        conditions.append("coalesce(last_date >= ? AND first_date <= ?, true)")
        values += question.period
    query = (
        f"SELECT coalesce(sum(marked_fen), 0)::BIGINT, count(*) FROM {mart_outlier_line.TABLE.full_name} "  # noqa: S608
        f"WHERE {' AND '.join(conditions)}"
    )
    worth, count = desk.sql(query, values).row(0)
    return {"outlier_fen": int(worth), "outlier_lines_qty": int(count)}
