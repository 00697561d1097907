"""Strings that inject markup, workflow commands, shell commands or front matter when they are not escaped."""

INJECTION_STRINGS = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "</details><h1>open</h1>",
    "| a | b |",
    "![](https://evil.example/t.png) [c](javascript:alert(1))",
    "`code` ``` fence ~~~",
    "::error file=a,line=1::forged",
    "##[error]forged",
    "***bold*** __strong__ # heading",
    "$(touch owned) `touch owned` ; rm -rf .",
    "${{ secrets.GITHUB_TOKEN }}",
    "&lt;b&gt;",
    "--- license: mit",
    "@everyone #1 https://evil.example www.evil.example",
)
