"""Rows held because a figure is absurd: the words of their quarantine."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl

from contracts.amounts import yuan
from contracts.canonical import SILVER
from contracts.fields import FIELDS
from transforms.silver.plausible import NOTHING, implausible, paid_nothing
from transforms.silver.states import ROW


def implausible_rows(
    frames: Mapping[str, pl.DataFrame], confirmed: pl.DataFrame, files: Collection[str]
) -> pl.DataFrame:
    """Quarantine rows (``ROW``, rule, column, cell, row_json) for the absurd figures in canonical ``frames``,
    without those a person has confirmed.

    ``confirmed``: ``ROW`` and ``rule_name``; ``files``: the exports a person gave, in which columns can be in
    the wrong place.
    """
    odd = [_named(implausible(SILVER[name], frame)) for name, frame in frames.items()]
    unpaid = paid_nothing(frames)
    if unpaid.height:
        said = {
            "rule_name": "PAID_ZERO",
            "column_name": FIELDS["paid_fen"].zh,
            "cell_name": "0.00",
            "row_json": "{}",
        }
        odd.append(
            unpaid.filter(pl.col("_export_id").is_in(list(files)))
            .unique()
            .with_columns(pl.lit(text).alias(name) for name, text in said.items())
        )
    return pl.concat([_named(NOTHING), *odd]).join(confirmed, on=[*ROW, "rule_name"], how="anti")


def _named(odd: pl.DataFrame) -> pl.DataFrame:
    shown = [
        f"{_shown(column, value)} > {_shown(column, limit)}"
        for column, value, limit in odd.select("column", "value", "limit").iter_rows()
    ]
    return odd.select(
        *ROW,
        rule_name=pl.lit("IMPLAUSIBLE"),
        column_name=pl.Series([FIELDS[column].zh for column in odd["column"]], dtype=pl.String),
        cell_name=pl.Series(shown, dtype=pl.String),
        row_json=pl.lit("{}"),
    )


def _shown(column: str, value: int) -> str:
    return yuan(value) if column.endswith("_fen") else f"{value:,}"
