"""A student at a hub, as the hub sees one: a browser that logs in, follows a link, runs a cell."""

from __future__ import annotations

import json
import time
import uuid
from urllib.parse import parse_qs, urlsplit

import requests
import websocket

PATIENCE = 300  # seconds for a server to start, for the course to come
KERNELS = 3  # that are tried


class Student:
    """One student with a session of their own.

    Args:
        hub: its address, without a slash at the end.
        name: to log in with.
    """

    def __init__(self, hub: str, name: str) -> None:
        self.hub, self.name, self.session = hub, name, requests.Session()
        self.home = f"{hub}/user/{name}"
        self.channel: websocket.WebSocket | None = None

    def come_in(self) -> None:
        """Log in, wait for the server, fetch the course, open lecture 1, start its kernel."""
        self._log_in()
        page = self._pull(self._wait_for_server())
        self._get(f"lab/tree/{page}")
        cells = self._get(f"api/contents/{page}").json()["content"]["cells"]
        if not cells[0]["source"].startswith("# 1."):
            raise ValueError(f"{self.name} did not get lecture 1")
        self._start_kernel(page)

    def run(self, code: str, seconds: float = PATIENCE) -> str:
        """Run lines in the kernel; return what they print, or the name of the error.

        Raises:
            TimeoutError: if the kernel does not answer in so many seconds.
        """
        request = uuid.uuid4().hex
        content = {"code": code, "silent": False, "store_history": False, "allow_stdin": False}
        header = {"msg_id": request, "msg_type": "execute_request", "session": self.name}
        header |= {"username": self.name, "version": "5.3", "date": ""}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        self.channel.send(json.dumps(message | {"channel": "shell", "buffers": []}))
        printed, end = "", time.monotonic() + seconds
        while time.monotonic() < end:
            self.channel.settimeout(max(0.1, end - time.monotonic()))
            try:
                answer = json.loads(self.channel.recv())
            except websocket.WebSocketTimeoutException:
                break
            state = answer["content"].get("execution_state")
            if state in ("restarting", "dead"):
                return f"the kernel is {state}"
            if answer["parent_header"].get("msg_id") != request:
                continue
            printed += answer["content"].get("text", "")
            if answer["msg_type"] == "error":
                printed += answer["content"]["ename"]
            if state == "idle":
                return printed
        raise TimeoutError(f"{self.name}'s kernel did not answer in {seconds:.0f} s")

    def _log_in(self) -> None:
        form = self.session.get(f"{self.hub}/", timeout=PATIENCE)  # redirects to the log-in
        answer = self.session.post(
            form.url,
            data={"username": self.name, "password": "x", "_xsrf": self._xsrf("/hub/")},
            timeout=PATIENCE,
        )
        answer.raise_for_status()

    def _wait_for_server(self) -> requests.Response:
        """Follow the hub's front door until it leads to the student's own server."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            answer = self.session.get(f"{self.hub}/", timeout=PATIENCE)
            if answer.url.startswith(f"{self.home}/git-pull?") and answer.ok:
                return answer
            time.sleep(1)
        raise TimeoutError(f"{self.name} got no server in {PATIENCE} s, but {answer.url}")

    def _pull(self, puller: requests.Response) -> str:
        """Do what the puller's page does: ask for the pull; return the page that it opens then."""
        query = parse_qs(urlsplit(puller.url).query)
        [opened] = query.pop("urlpath")
        text = self._get("git-pull/api", query).text
        if '"phase": "finished"' not in text:
            raise ValueError(f"{self.name} did not get the course: {text[-500:]}")
        return opened.removeprefix("lab/tree/")

    def _start_kernel(self, page: str) -> None:
        """Start one that answers.

        Servers on one machine that look for free ports at the same time may find the same ones.
        Of two such kernels one stays silent; as in JupyterLab, it is shut down and another taken.
        """
        body = {"path": page, "name": "", "type": "notebook", "kernel": {"name": "python3"}}
        token = {"X-XSRFToken": self._xsrf(f"/user/{self.name}/")}
        options = {"headers": token, "timeout": PATIENCE}
        for left in reversed(range(KERNELS)):
            answer = self.session.post(f"{self.home}/api/sessions", json=body, **options)
            answer.raise_for_status()
            self._connect(answer.json()["kernel"]["id"])
            try:
                self.run("")
                return
            except websocket.WebSocketConnectionClosedException:
                if not left:
                    raise
                print(f"{self.name}'s kernel stayed silent and is started again", flush=True)
                session = f"{self.home}/api/sessions/{answer.json()['id']}"
                self.session.delete(session, **options).raise_for_status()

    def _connect(self, kernel: str) -> None:
        place = f"{self.home}/api/kernels/{kernel}/channels?session_id={self.name}"
        cookies = "; ".join(
            f"{cookie.name}={cookie.value}"
            for cookie in self.session.cookies
            if f"/user/{self.name}/".startswith(cookie.path)
        )
        self.channel = websocket.create_connection(
            place.replace("http", "ws", 1), cookie=cookies, origin=self.hub, timeout=PATIENCE
        )

    def _get(self, path: str, query: dict | None = None) -> requests.Response:
        answer = self.session.get(f"{self.home}/{path}", params=query, timeout=PATIENCE)
        answer.raise_for_status()
        return answer

    def _xsrf(self, path: str) -> str:
        """Return the token that a browser would send back with a form of that path."""
        return next(c.value for c in self.session.cookies if c.name == "_xsrf" and c.path == path)
