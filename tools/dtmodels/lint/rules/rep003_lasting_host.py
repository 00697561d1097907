"""A checkpoint lies where files are meant to stay.

Shares of a personal drive end with the account, answer a script with a page instead of the file when too many ask, and
tell nobody who put what there.

Fix: ask the authors to publish the file as a release, on Zenodo or on the Hugging Face Hub, and name that address.

Bad::

    - {name: weights, url: "https://drive.google.com/uc?id=1a2b3c"}

Good::

    - {name: weights, url: "https://zenodo.org/records/1/files/weights.pth"}
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from dtmodels.lint.rule import Remark, Severity, Subject

SEVERITY: Severity = "warning"

_FLEETING = (
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


def check_card(subject: Subject) -> Iterator[Remark]:
    """Look at the host of each checkpoint."""
    for index, checkpoint in enumerate(subject.card.checkpoints):
        host = _host(checkpoint.url or "")
        if any(host == name or host.endswith(f".{name}") for name in _FLEETING):
            what = f"{host} is a personal share, where files do not last"
            fix = "ask the authors for a release, Zenodo or the Hugging Face Hub, and name that address"
            yield Remark(where=("checkpoints", index, "url"), what=what, fix=fix)


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""
