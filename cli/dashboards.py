"""``baiyun dashboards``: the pages in a browser."""

from __future__ import annotations

import os
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

import typer

from contracts.errors import UsageError
from warehouse.settings import Settings


def dashboards(
    address: Annotated[
        str, typer.Option(help="监听地址;默认只有本机能连 / listen on; by default this machine only")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="端口 / port")] = 8501,
    certificate: Annotated[
        Path | None, typer.Option(help="HTTPS 证书文件 / certificate, for https", exists=True)
    ] = None,
    key: Annotated[Path | None, typer.Option(help="证书的私钥 / its key", exists=True)] = None,
) -> None:
    """启动看板;在哪个文件夹里运行都一样 / serve the dashboards; the same from any folder.

    Nothing is reached before signing in. Other machines should reach it over https only: with a certificate
    here, or through a proxy on this machine that sends ``X-Forwarded-For`` and ``X-Forwarded-Proto``.
    """
    if (certificate is None) != (key is None):
        raise UsageError("BAD_CERTIFICATE", "证书和私钥要一起给", "certificate and key go together")
    # a relative home is taken from here, whatever the server does later
    os.environ["BAIYUN_HOME"] = str(Settings().place.home)
    from dashboards.serving.run import serve  # a second of imports that no other command needs

    typer.echo(f"看板 / dashboards: http{'s' if certificate else ''}://{address}:{port}")
    if not certificate and not _is_here(address):
        typer.echo(
            "没有证书:别的机器连上来时密码不加密,前面要有 HTTPS 代理 / no certificate: passwords travel in "
            "the clear unless an https proxy stands in front",
            err=True,
        )
    serve(address, port, certificate, key)


def _is_here(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"
