"""URLs of cards: references that move, hosts that are not what they seem, secrets. Each kind has its counterpart."""

import json
from pathlib import Path

import jsonschema
import pytest

from dtmodels.lint.address_parts import FILE
from dtmodels.lint.moving_reference import moving_reference
from dtmodels.lint.url_check import imitated_host, url_error

COMMIT = "0f1e2d3c4b5a69788796a5b4c3d2e1f001234567"
GITHUB, HUB = "https://github.com/owner/net", "https://huggingface.co/owner/net"


@pytest.mark.parametrize(
    "url",
    [
        f"{GITHUB}/raw/HEAD/weights.pth",
        f"{GITHUB}/blob/master/weights.pth",
        f"{GITHUB}/raw/my-branch/weights.pth",
        f"{GITHUB}/archive/main.zip",
        f"{GITHUB}/archive/refs/heads/release-1.0.tar.gz",
        f"{GITHUB}/zipball/develop",
        f"{GITHUB}/releases/latest/download/weights.pth",
        f"{GITHUB}/releases/download/nightly/weights.pth",
        f"{GITHUB}/releases/download/nightly-5.6/weights.pth",
        f"{GITHUB}/releases/download/continuous/weights.pth",
        "https://codeload.github.com/owner/net/zip/refs/heads/main",
        "https://raw.githubusercontent.com/owner/net/main/weights.pth",
        "https://raw.githubusercontent.com/owner/net/refs/heads/v2/weights.pth",
        f"{HUB}/resolve/main/weights.pth",
        f"{HUB}/resolve/refs%2Fheads%2Fmain/weights.pth",
        f"{HUB}/resolve/%6Dain/weights.pth",
        f"{HUB}/resolve/refs%252Fpr%252F3/weights.pth",
        "https://gitlab.com/owner/net/-/raw/stable/weights.pth",
        "https://gitlab.com/owner/net/-/jobs/artifacts/main/raw/weights.pth",
        "https://codeberg.org/owner/net/raw/branch/v2/weights.pth",
        "https://bitbucket.org/owner/net/raw/HEAD/weights.pth",
        "https://cdn.jsdelivr.net/gh/owner/net/weights.pth",
        "https://cdn.jsdelivr.net/gh/owner/net@main/weights.pth",
        "https://host.org/file?ref=main",
        "https://sourceforge.net/projects/net/files/latest/download",
    ],
)
def test_reference_that_moves_is_found(url: str) -> None:
    assert moving_reference(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://[::1/owner/network/resolve/main/weights.pth",  # REP004 reports it
        f"{GITHUB}/raw/{COMMIT}/main/weights.pth",
        f"{GITHUB}/raw/v1.0/weights.pth",
        f"{GITHUB}/archive/refs/tags/v1.0.zip",
        f"{GITHUB}/releases/download/v0.1.0/main.pth",
        f"{GITHUB}/releases/download/release-5.6.0/master.pth",
        f"https://codeload.github.com/owner/net/zip/{COMMIT}",
        f"{HUB}/resolve/{COMMIT}/weights.pth",
        "https://gitlab.com/owner/net/-/raw/v2/weights.pth",
        f"https://codeberg.org/owner/net/raw/commit/{COMMIT}/weights.pth",
        f"https://cdn.jsdelivr.net/gh/owner/net@{COMMIT}/weights.pth",
        "https://zenodo.org/records/1234/files/main.pth",
        "https://dl.fbaipublicfiles.com/segment_anything_2/092824/sam2.1_hiera_small.pt",
        f"https://host.org/file?ref={COMMIT}",
    ],
)
def test_reference_that_stays_is_not(url: str) -> None:
    assert moving_reference(url) == ""


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("https://bit.ly/3abc", "shortener"),
        ("https://www.tinyurl.com/abc", "shortener"),
        ("https://host.org/w.pth?token=abc", "'token'"),
        ("https://host.org/w.pth?X-Amz-Expires=60&X-Amz-Signature=ab", "'X-Amz-Signature'"),
        ("https://host.org/w.pth?sv=2020&sig=ab%3D", "'sig'"),
        ("https://host.org/w.pth#access_token=ab", "'access_token'"),
        ("https://127.0.0.1.nip.io/w.pth", "resolve to any address"),
        ("https://app.localtest.me/w.pth", "resolve to any address"),
        ("https://2130706433/w.pth", "not a public host"),
        ("https://0x7f.1/w.pth", "not a public host"),
        ("https://[::ffff:127.0.0.1]/w.pth", "not a public host"),
        ("https://[fd00::1]/w.pth", "not a public host"),
        ("https://nas.home.arpa/w.pth", "not a public host"),
        ("https://server.corp/w.pth", "not a public host"),
        ("https://ⓛocalhost/w.pth", "not a public host"),
        ("https://xn--gthub-cta.com/w.pth", "letters of other scripts"),
        ("https://arxiv.org.evil.net/abs/1906.00270", "imitates arxiv.org"),
        ("https://arxiv-org.net/abs/1906.00270", "imitates arxiv.org"),
        ("https://www.github.com-files.net/w.pth", "imitates github.com"),
        ("https://githud.com/owner/net", "imitates github.com"),
        ("https://huggingfaec.co/owner/net", "imitates huggingface.co"),
    ],
)
def test_host_that_is_not_what_it_seems_and_secrets_are_found(url: str, message: str) -> None:
    assert message in url_error(url)


@pytest.mark.parametrize(
    "host",
    ["arxiv.org", "export.arxiv.org", "www.arxiv.org", "chemrxiv.org", "biorxiv.org", "gitlab.com", "github.io",
     "docs.github.com", "hal.science", "gitee.com", "doi.org", "dl.fbaipublicfiles.com", "cvlab.cse.msu.edu"],
)  # fmt: skip
def test_honest_hosts_imitate_nothing(host: str) -> None:
    assert imitated_host(host) == ""
    assert url_error(f"https://{host}/path?file=weights.pth&download=1") == ""


def test_table_fits_its_schema_and_is_sorted(root: Path) -> None:
    table = json.loads((root / "schema" / FILE).read_bytes())
    jsonschema.validate(table, json.loads((root / "schema" / FILE.replace(".json", ".schema.json")).read_bytes()))
    rows = [(row["kind"], row["name"]) for row in table["rows"]]
    assert rows == sorted(set(rows))
