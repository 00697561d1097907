"""Hosts of personal shares: what lies there is gone with its owner, and programs often get a page instead of it."""

from __future__ import annotations

from urllib.parse import urlsplit

FILE_SHARING_HOSTS = (
    "drive.google.com",
    "docs.google.com",
    "drive.usercontent.google.com",
    "dropbox.com",
    "dropboxusercontent.com",
    "onedrive.live.com",
    "1drv.ms",
    "sharepoint.com",
    "mega.nz",
    "mediafire.com",
    "wetransfer.com",
    "we.tl",
    "transfer.sh",
    "pan.baidu.com",
    "pan.quark.cn",
    "disk.yandex.com",
    "disk.yandex.ru",
    "yadi.sk",
    "icloud.com",
    "discordapp.com",
    "discord.com",
)
MIRROR_ADVICE = (
    "mirror it where its licence allows that (a release, Zenodo, the Hugging Face Hub), and name that address"
)


def file_sharing_host(address: str) -> str:
    """The host of an address if it is a personal share, else nothing."""
    try:
        host = (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""
    return host if any(host == name or host.endswith(f".{name}") for name in FILE_SHARING_HOSTS) else ""
