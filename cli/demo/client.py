"""The demo's end of the two HTTP interfaces: the cloud's public API and the touch-screen page."""

import json
import urllib.error
import urllib.request
from typing import Any

from cli.demo.progress import DemoFailed

TIMEOUT_S = 10.0


def phone_ticket(url: str, number: str, pin: str) -> str:
    """The text of a QR ticket, as the phone page gets it: sign in, keep the cookie, ask.

    Raises:
        DemoFailed: refused, or nobody answers.
    """
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    code = json.dumps({"number": number, "pin": pin}).encode()
    try:
        browser.open(urllib.request.Request(f"{url}api/v1/phone/session", code, {"Content-Type": "application/json"}), timeout=TIMEOUT_S).close()
        with browser.open(f"{url}api/v1/phone/ticket", timeout=TIMEOUT_S) as answer:
            return str(json.load(answer)["ticket"])
    except OSError as error:
        raise DemoFailed(f"phone page at {url}: {error}") from error


def call(method: str, url: str, body: object = None, token: str | None = None) -> Any:
    """The answer's JSON; None for an empty one.

    Raises:
        DemoFailed: refused, or nobody answers.
    """
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            text = answer.read()
    except urllib.error.HTTPError as error:
        raise DemoFailed(f"{method} {url}: {error.code} {error.read()[:300].decode(errors='replace')}") from error
    except OSError as error:
        raise DemoFailed(f"{method} {url}: {error}") from error
    return json.loads(text) if text else None
