"""How Seller Center writes its downloads: headers and quirks written down again from the sources, apart from
the parser's columns.csv.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from connectors.tiktok_shop.simulate_words import CONTENT, COUNTRY, CURRENCY, ENGLISH, THAI, ZONE, baht
from simulator.workbooks import write_workbook

_ORDER_HEADER = (
    "Order ID,Order Status,Order Substatus,Cancelation/Return Type,Normal or Pre-order,SKU ID,Seller "
    "SKU,Product Name,Variation,Quantity,"
    "Sku Quantity of return,SKU Unit Original Price,SKU Subtotal Before Discount,SKU Platform Discount,SKU "
    "Seller Discount,SKU Subtotal After Discount,"
    "Shipping Fee After Discount,Original Shipping Fee,Shipping Fee Seller Discount,Shipping Fee Platform "
    "Discount,Payment platform discount,Taxes,"
    "Order Amount,Order Refund Amount,Created Time,Paid Time,RTS Time,Shipped Time,Delivered Time,Cancelled "
    "Time,Cancel By,Cancel Reason,"
    "Fulfillment Type,Warehouse Name,Tracking ID,Delivery Option,Shipping Provider Name,Buyer Message,Buyer "
    "Username,Recipient,Phone #,Country,Province,"
    "District,Commune,Detail Address,Additional address information,Payment Method,Weight(kg),Product "
    "Category,Package ID,Seller Note,Checked Status,"
    "Checked Marked by"
)
ORDER_HEADER = _ORDER_HEADER.split(",")
_DESCRIPTIONS = {
    "Order ID": "Platform unique order ID.", "Order Status": "Current order status.",
    "Seller SKU": "Seller sku input by the seller.",
    "Product Name": "Platform product name.", "Quantity": "SKU sold quantity.",
    "Tracking ID": "The order's tracking number.",
}  # fmt: skip
_AFFILIATE_HEADER = (
    "Order ID,Product ID,Product Name,SKU ID,Price,Payment Amount,Quantity,Fully returned or "
    "refunded,Payment method,Order Status,Creator Username,"
    "Content Type,Content ID,Est. Commission Base,Est. standard commission payment,Standard commission "
    "rate,Shop Ads commission rate,"
    "Actual Commission Payment,Time Created"
)
AFFILIATE_HEADER = _AFFILIATE_HEADER.split(",")
_INCOME_HEADER = (
    "Order/adjustment ID  ,Type ,Order created time(UTC),Order settled time(UTC),Currency,Total settlement "
    "amount,Total Revenue,"
    "Subtotal after seller discounts,Refund subtotal after seller discounts,Total Fees,Transaction "
    "fee,TikTok Shop commission fee,Seller shipping fee,"
    "Affiliate Commission,Affiliate partner commission,Adjustment amount,Related order ID"
)
INCOME_HEADER = _INCOME_HEADER.split(",")

Cells = Mapping[str, pl.Expr]


def order_table(rows: pl.DataFrame, *, thai: bool) -> pl.DataFrame:
    """OrderSKUList of ``rows`` (``sku_lines``) as text, 54 columns; a TAB behind ids and times."""
    cells = _order_cells(THAI if thai else ENGLISH)
    return rows.select(cells.get(name, pl.lit("")).alias(name) for name in ORDER_HEADER)


def affiliate_table(rows: pl.DataFrame) -> pl.DataFrame:
    """Creator orders among ``rows`` as text: lines sold by a creator's live room or video."""
    cells = _affiliate_cells()
    sold = rows.filter(
        pl.col("content_code").is_in(list(CONTENT))
        & pl.col("live_account_id").is_not_null()
        & ~pl.col("is_gift")
    )
    return sold.select(cells.get(name, pl.lit("")).alias(name) for name in AFFILIATE_HEADER)


def income_table(rows: pl.DataFrame) -> pl.DataFrame:
    """Order details of ``rows`` (``statement_rows``) as text; "/" where there is nothing."""
    cells = _income_cells()
    return rows.select(cells.get(name, pl.lit("/")).alias(name) for name in INCOME_HEADER)


def table_csv(table: pl.DataFrame) -> bytes:
    """A table of text as UTF-8 with BOM."""
    return b"\xef\xbb\xbf" + table.write_csv().encode()


def order_xlsx(table: pl.DataFrame) -> bytes:
    """The workbook form: the second row describes the columns."""
    described = pl.DataFrame({name: [_DESCRIPTIONS.get(name, "")] for name in table.columns})
    return workbook({"OrderSKUList": pl.concat([described, table])})


def income_xlsx(table: pl.DataFrame, total: int) -> bytes:
    """Order details behind a summary sheet that holds no table."""
    summary = pl.DataFrame({"Income report": ["Total settlement amount"], "": [f"{total / 100:.2f}"]})
    return workbook({"Reports": summary, "Order details": table})


def workbook(sheets: Mapping[str, pl.DataFrame]) -> bytes:
    """A workbook as the platform writes it: every sheet declares the range A1:A1 whatever it holds."""
    return write_workbook(sheets, is_range_false=True)


def _tab(text: pl.Expr) -> pl.Expr:
    return pl.when(text.is_not_null()).then(pl.concat_str(text, pl.lit("\t"))).otherwise(pl.lit(""))


def _local(column: str, form: str = "%d/%m/%Y %H:%M:%S") -> pl.Expr:
    return _tab(pl.col(column).dt.convert_time_zone(ZONE).dt.strftime(form))


def _order_cells(status: dict[str, tuple[str, str]]) -> Cells:
    main, sub = (
        pl.col("order_status").replace_strict(
            {code: pair[part] for code, pair in status.items()}, return_dtype=pl.String
        )
        for part in (0, 1)
    )
    gone = pl.col("order_status").is_in(["closed_unpaid", "closed_refunded"])
    kind = (
        pl.when(gone)
        .then(pl.lit("Cancel"))
        .when(pl.col("back_qty") > 0)
        .then(pl.lit("Return/Refund"))
        .otherwise(pl.lit(""))
    )
    before = pl.col("unit_price") * pl.col("line_qty")
    number = pl.col("order_id").str.tail(9)
    return {
        "Order ID": _tab(pl.col("order_id")), "Order Status": main, "Order Substatus": sub,
        "Cancelation/Return Type": kind,
        "Normal or Pre-order": pl.lit("Normal"), "SKU ID": _tab(pl.col("sku_id")),
        "Seller SKU": pl.col("sku_code"), "Product Name": pl.col("product_name"),
        "Variation": pl.format("{}, {}", "color_name", "size_name"),
        "Quantity": pl.col("line_qty").cast(pl.String),
        "Sku Quantity of return": pl.col("back_qty").cast(pl.String),
        "SKU Unit Original Price": baht(pl.col("unit_price")),
        "SKU Subtotal Before Discount": baht(before),
        "SKU Platform Discount": baht(pl.col("discount_platform")),
        "SKU Seller Discount": baht(pl.col("discount_merchant")),
        "SKU Subtotal After Discount": baht(pl.col("goods")),
        "Shipping Fee After Discount": baht(pl.col("order_freight")),
        "Original Shipping Fee": baht(pl.col("order_freight")),
        "Payment platform discount": pl.lit("0.00"), "Taxes": pl.lit("0.00"),
        "Order Amount": baht(pl.col("order_placed")),
        "Order Refund Amount": baht(pl.col("order_refunded")), "Created Time": _local("created_at"),
        "Paid Time": _local("paid_at"),
        "RTS Time": _local("order_shipped_at"), "Shipped Time": _local("order_shipped_at"),
        "Delivered Time": _local("order_finished_at"),
        "Cancelled Time": pl.when(gone).then(_local("order_closed_at")).otherwise(pl.lit("")),
        "Fulfillment Type": pl.lit("Fulfillment by seller"),
        "Tracking ID": _tab(pl.format("TH{}", number)), "Buyer Message": pl.lit("call 0812345678 please"),
        "Buyer Username": pl.col("buyer_ref"),
        "Recipient": pl.lit("คุณเอ"), "Phone #": pl.lit("(+66)81*****78"), "Country": pl.lit(COUNTRY),
        "Province": pl.col("province_name"),
        "District": pl.lit("District 9"), "Detail Address": pl.lit("99/9 Some Road"),
        "Payment Method": pl.lit("COD"), "Weight(kg)": pl.lit("0.40"),
        "Package ID": _tab(pl.format("1153{}", number)), "Seller Note": pl.lit("VIP 0812345678"),
        "Checked Status": pl.lit("Unchecked"),
        "Checked Marked by": pl.lit("staff01"),
    }  # fmt: skip


def _affiliate_cells() -> Cells:
    full = pl.col("order_status") == "closed_refunded"
    return {
        "Order ID": _tab(pl.col("order_id")), "Product ID": _tab(pl.col("product_id")),
        "Product Name": pl.col("product_name"),
        "SKU ID": _tab(pl.col("sku_id")), "Price": baht(pl.col("unit_price")),
        "Payment Amount": baht(pl.col("goods")),
        "Quantity": pl.col("line_qty").cast(pl.String),
        "Fully returned or refunded": pl.when(full).then(pl.lit("Yes")).otherwise(pl.lit("No")),
        "Payment method": pl.lit("COD"),
        "Order Status": pl.when(full).then(pl.lit("Ineligible")).otherwise(pl.lit("Processing")),
        "Creator Username": pl.col("live_account_id"),
        "Content Type": pl.col("content_code").replace_strict(CONTENT, default="", return_dtype=pl.String),
        "Content ID": _tab(pl.format("7{}", pl.col("live_account_id"))),
        "Est. Commission Base": baht(pl.col("goods")),
        "Standard commission rate": pl.lit("20%"), "Shop Ads commission rate": pl.lit("0%"),
        "Actual Commission Payment": pl.lit("0.00"),
        "Time Created": _local("created_at", "%d/%m/%Y"),
    }  # fmt: skip


def _income_cells() -> Cells:
    fees = -(pl.col("fee") + pl.col("commission") + pl.col("leader"))
    taken_back = pl.col("settled") < 0
    return {
        INCOME_HEADER[0]: pl.col("order_id"), INCOME_HEADER[1]: pl.lit("Order"), "Currency": pl.lit(CURRENCY),
        "Order created time(UTC)": pl.col("created_at").dt.convert_time_zone("UTC").dt.strftime("%Y/%m/%d"),
        "Order settled time(UTC)": pl.col("day").dt.strftime("%Y/%m/%d"),
        "Total settlement amount": baht(pl.col("settled")),
        "Total Revenue": baht(pl.col("base")),
        "Subtotal after seller discounts": pl.when(taken_back).then(pl.lit("/"))
        .otherwise(baht(pl.col("base"))),
        "Refund subtotal after seller discounts": pl.when(taken_back).then(baht(pl.col("base")))
        .otherwise(pl.lit("/")), "Total Fees": baht(fees),
        "TikTok Shop commission fee": baht(-pl.col("fee")),
        "Affiliate Commission": baht(-pl.col("commission")),
        "Affiliate partner commission": baht(-pl.col("leader")),
    }  # fmt: skip
