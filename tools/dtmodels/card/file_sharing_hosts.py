"""Personal file-sharing hosts. Their files disappear with the owner, and programs often get a web page instead."""

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
MIRROR_ADVICE = "mirror it where its licence allows that (a release, Zenodo, the Hugging Face Hub), and state that URL"


def file_sharing_host(url: str) -> str:
    """Return the host of a URL if it is a personal file-sharing host, else an empty string."""
    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
    return host if any(host == name or host.endswith(f".{name}") for name in FILE_SHARING_HOSTS) else ""
