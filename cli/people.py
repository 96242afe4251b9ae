"""``baiyun shops``: who owns which shop."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import show
from cli.words import Json, Merchant, Shop, group
from contracts import codes
from pipeline import steps
from pipeline.house import reading, writing
from pipeline.intake.registering import register_shop
from warehouse import registry
from warehouse.settings import Settings

shops_app = group("商家与店铺登记 / merchants and shops")


@shops_app.command("list")
def list_shops(as_json: Json = False) -> None:
    """全部商家和店铺 / all merchants and shops."""
    with reading(Settings()) as lake:
        show.shops(
            registry.merchants(lake), registry.shops(lake), registry.live_accounts(lake), as_json=as_json
        )


@shops_app.command("add")
def add_shop(
    merchant: Merchant,
    shop: Shop,
    platform: Annotated[str, typer.Option(help=" | ".join(codes.PLATFORM.values))],
    name: Annotated[str, typer.Option(help="店铺名称 / shop name")] = "",
    merchant_name: Annotated[str, typer.Option(help="商家名称 / merchant name")] = "",
    owner: Annotated[
        str,
        typer.Option(
            help="持有人编号(一人多家时填同一个) / owner id, the same for all of one owner's merchants"
        ),
    ] = "",
    credential_ref: Annotated[
        str | None,
        typer.Option(help="凭据所在的连接名,不是密钥本身 / name of the connection that keeps the secret"),
    ] = None,
) -> None:
    """登记或更改店铺 / enter or change a shop."""
    with writing(Settings()) as lake:
        names = {"shop_name": name, "merchant_name": merchant_name, "owner_id": owner}
        register_shop(lake, merchant, shop, platform, at=steps.now(), **names, credential_ref=credential_ref)
    typer.echo(f"已登记 {merchant}/{shop} / registered")


@shops_app.command("keep-raw")
def keep_raw(
    merchant: Merchant,
    days: Annotated[
        int | None,
        typer.Argument(
            help="0 到 365;0 = 入库后即删;不写 = 按安装设置 / 0 = until loaded; left out = as installed"
        ),
    ] = None,
) -> None:
    """设定一个商家的原始文件保留几天(加密存放) / how many days a merchant's raw files are kept, which lie
    encrypted.
    """
    with writing(Settings()) as lake:
        registry.keep_raw_for(lake, merchant, days, at=steps.now())
    told = ("按安装的设置", "as the installation says") if days is None else (f"{days} 天", f"{days} days")
    typer.echo(
        f"{merchant} 的原始文件保留:{told[0]};下次维护生效 / raw files are kept: {told[1]}; in force from "
        "the next maintenance"
    )


@shops_app.command("add-account")
def add_account(
    merchant: Merchant,
    shop: Shop,
    account: str,
    name: Annotated[str | None, typer.Option(help="账号昵称 / nickname")] = None,
) -> None:
    """登记自有直播账号:它的成交算自播 / enter an own live account: its sales count as own live."""
    with writing(Settings()) as lake:
        registry.add_live_account(lake, merchant, shop, account, at=steps.now(), live_account_name=name)
    typer.echo(f"已登记自有账号 {account},下次构建生效 / registered; in force from the next build")


@shops_app.command("remove-account")
def remove_account(merchant: Merchant, shop: Shop, account: str) -> None:
    """取消自有直播账号 / forget an own live account."""
    with writing(Settings()) as lake:
        registry.remove_live_account(lake, merchant, shop, account)
    typer.echo(f"已取消自有账号 {account},下次构建生效 / removed; in force from the next build")
