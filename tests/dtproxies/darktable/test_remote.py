import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from dtbase.system.errors import Failure
from dtproxies.darktable.find import Darktable
from dtproxies.darktable.layout import ModuleLayout
from dtproxies.darktable.remote import RemoteDarktable

pytestmark = pytest.mark.darktable

GREY = np.full((16, 16, 3), 0.18, np.float32)

CALLER = """
import sys, time
from dtproxies.darktable.find import find
from dtproxies.darktable.renderer import Renderer

renderer = Renderer(find(), ["exposure"], height=16, width=16)
print(renderer._remotes[0].process_id, flush=True)
time.sleep(60)
"""


def home_of(process: int) -> Path:
    environment = Path(f"/proc/{process}/environ").read_bytes().split(b"\0")
    return Path(next(one for one in environment if one.startswith(b"HOME="))[5:].decode())


def ends(process: int, within: float = 10) -> bool:
    """Wait for the process to end; a zombie counts as ended."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        try:
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def remote(darktable: Darktable, layouts: dict[str, ModuleLayout]) -> RemoteDarktable:
    return RemoteDarktable(darktable, {"exposure": layouts["exposure"]}, 16, 16)


def test_close_ends_the_process_and_removes_its_files(
    remote: RemoteDarktable, layouts: dict[str, ModuleLayout]
) -> None:
    remote.call("exposure", layouts["exposure"].defaults, GREY)
    process = remote.process_id
    assert process is not None
    home = home_of(process)
    assert home.is_dir()
    remote.close()
    assert ends(process)
    assert not home.exists()


def test_killed_worker_fails_and_is_restarted(remote: RemoteDarktable, layouts: dict[str, ModuleLayout]) -> None:
    params = layouts["exposure"].pack({"exposure": 1})
    remote.call("exposure", params, GREY)
    first = remote.process_id
    assert first is not None
    home = home_of(first)
    os.kill(first, signal.SIGKILL)
    with pytest.raises(Failure, match="SIGKILL"):
        remote.call("exposure", params, GREY)
    assert not home.exists()
    assert np.array_equal(remote.call("exposure", params, GREY), GREY * 2)
    assert remote.process_id not in (None, first)
    remote.close()


def test_worker_exits_and_cleans_up_when_its_caller_is_killed(darktable: Darktable) -> None:
    caller = subprocess.Popen([sys.executable, "-c", CALLER], stdout=subprocess.PIPE, text=True)
    with caller:
        assert caller.stdout is not None
        worker = int(caller.stdout.readline())
        home = home_of(worker)
        caller.kill()
    assert ends(worker)
    assert not home.exists()
