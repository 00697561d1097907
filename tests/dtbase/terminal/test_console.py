import io

from dtbase.terminal.console import Console


def test_table_aligns_text_left_and_numbers_right() -> None:
    out = io.StringIO()
    Console(out=out).table(["model", "bytes", "sha256"], [["a", "9", "1f"], ["longer", "1,234", "abc"]])
    assert out.getvalue().splitlines() == [
        "model   bytes  sha256",
        "------  -----  ------",
        "a           9  1f",
        "longer  1,234  abc",
    ]


def test_progress_in_a_log_is_plain_text() -> None:
    remarks = io.StringIO()
    with Console(remarks=remarks).progress("fetching weights", 10) as advance:
        advance(10)
    assert remarks.getvalue() == "fetching weights\n"


def test_quiet_console_prints_results_only() -> None:
    out, remarks = io.StringIO(), io.StringIO()
    console = Console(out=out, remarks=remarks, quiet=True)
    console.note("remark")
    console.say("result")
    assert (out.getvalue(), remarks.getvalue()) == ("result\n", "")
