"""The page's server, without a browser: what it serves, whom it refuses, who may be slow."""

import os
import re
import struct
import subprocess
import time
import unittest

from screen import BINARY, TEXT, Refused, Screen, get, request
from support import ROLLSCOPE, STROKES, PageTest


class Files(PageTest):
    def test_the_files_of_the_page_are_served_with_a_strict_policy(self):
        live = self.live()
        page = os.path.join(os.environ["ROLLSCOPE_SOURCE"], "tools/dashboard/page")
        for name in os.listdir(page):
            with self.subTest(file=name):
                status, answer = get(live.port, "/" if name == "index.html" else f"/{name}")
                head, _, body = answer.partition(b"\r\n\r\n")
                self.assertEqual(200, status)
                with open(os.path.join(page, name), "rb") as file:
                    self.assertEqual(file.read(), body)
                self.assertIn(b"default-src 'none'; script-src 'self'; style-src 'self'", head)
                self.assertNotIn(b"unsafe", head)
                self.assertIn(b"x-content-type-options: nosniff", head)
        self.assertEqual(200, get(live.port, "/dygraph.min.js")[0])

    def test_nothing_else_is_served_however_it_is_asked_for(self):
        live = self.live()
        for path in ("/etc/passwd", "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd",
                     "/..%2f..%2fetc/passwd", "//etc/passwd", "/page/../../rollscope",
                     "/./index.html/../main.js/..", "/main.js/", "/main.js%00.html", "/index.htm",
                     "/" + "a" * 3000, "/..\\..\\etc\\passwd", "/?../../etc/passwd#x"):
            with self.subTest(path=path):
                status, answer = get(live.port, path)
                self.assertNotIn(b"root:", answer)
                if status == 200:
                    self.assertIn(b"<title>rollscope</title>", answer)
        self.assertEqual(404, get(live.port, "/../../etc/passwd")[0])

    def test_only_reading_is_answered_and_only_under_our_own_name(self):
        live = self.live()
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "TRACE"):
            with self.subTest(method=method):
                self.assertNotEqual(200, get(live.port, method=method,
                                             more="Content-Length: 0\r\n")[0])
        for host in ("evil.example", f"evil.example:{live.port}", f"127.0.0.1.nip.io:{live.port}",
                     "127.0.0.1:1"):
            with self.subTest(host=host):
                self.assertEqual(403, get(live.port, host=host)[0])
        self.assertEqual(200, get(live.port, host=f"localhost:{live.port}")[0])

    def test_garbage_and_endless_headers_change_nothing_for_others(self):
        live = self.live()
        screen = Screen(live.port)
        for garbage in (b"\x00" * 5000, b"GET / HTTP/9.9\r\n\r\n", b"GET\r\n\r\n",
                        b"GET / HTTP/1.1\r\nHost: " + b"a" * 100000 + b"\r\n\r\n",
                        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20000 + b"\r\n"):
            try:
                self.assertNotEqual(200, request(live.port, garbage)[0])
            except OSError:
                pass
        screen.until(lambda m: m.get("type") == "mat")
        screen.until(lambda m: m.get("event") == "metrics")
        self.assertEqual(200, get(live.port)[0])


class Door(PageTest):
    def refused(self, port, **how):
        with self.assertRaises(Refused):
            Screen(port, **how)

    def test_another_sites_page_is_refused(self):
        live = self.live()
        Screen(live.port, origin=f"http://127.0.0.1:{live.port}").close()
        Screen(live.port).close()
        for origin in ("http://evil.example", "null", f"http://127.0.0.1:{live.port + 1}",
                       f"https://127.0.0.1:{live.port}", f"http://localhost:{live.port}"):
            with self.subTest(origin=origin):
                self.refused(live.port, origin=origin)
        self.refused(live.port, host=f"evil.example:{live.port}",
                     origin=f"http://evil.example:{live.port}")
        self.refused(live.port, path="/other")
        self.refused(live.port, protocols="chat")
        self.refused(live.port, protocols=None)

    def test_beyond_loopback_the_right_key_is_wanted(self):
        live = self.live(http="0.0.0.0:0")
        key = live.url.partition("#key=")[2]
        self.assertGreaterEqual(len(key), 43)
        Screen(live.port, protocols=f"rollscope.1, key.{key}").close()
        for wrong in ("rollscope.1", "rollscope.1, key.", f"rollscope.1, key.{key[:-1]}",
                      f"rollscope.1, key.{key}x", "rollscope.1, key." + "A" * 43,
                      f"rollscope.1, Key.{key}", "rollscope.1, " + "key.a, " * 100 + "b"):
            with self.subTest(offered=wrong[:40]):
                self.refused(live.port, protocols=wrong)

    def test_the_key_is_on_no_command_line(self):
        live = self.live(http="0.0.0.0:0")
        key = live.url.partition("#key=")[2].encode()
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    self.assertNotIn(key, file.read())
            except OSError:
                pass

    def test_a_key_may_be_given(self):
        live = self.live("--key", "our-own-key", http="0.0.0.0:0")
        self.assertTrue(live.url.endswith("#key=our-own-key"))
        Screen(live.port, protocols="rollscope.1, key.our-own-key").close()


class Talk(PageTest):
    def test_a_late_screen_is_told_everything_at_once(self):
        live = self.live(source="sim:ball-knot?seed=2&for=60&speed=4")
        first = Screen(live.port)
        strokes = [first.until(lambda m: m.get("event") == "stroke")["id"] for _ in range(3)]
        late = Screen(live.port)
        late.send('{"do":"watch","rate_hz":60,"id":"at once"}')  # nothing that is asked is lost
        kind, state = late.message()
        self.assertEqual((TEXT, "state"), (kind, state["type"]))
        told = [e["id"] for e in state["past"] if e["event"] == "stroke"]
        self.assertEqual(strokes, told[:3])
        late.until(lambda m: m.get("id") == "at once")
        self.assertEqual("recording", state["phase"])
        self.assertEqual(state["mat"]["cells"],
                         state["session"]["rows"] * state["session"]["cols"])
        self.assertGreater(max(state["track"]["force_n"]), 10)

    def test_pictures_carry_what_their_header_says(self):
        live = self.live()
        screen = Screen(live.port)
        state = screen.until(lambda m: m.get("type") == "state" and m["session"])
        rows, cols = state["session"]["rows"], state["session"]["cols"]
        times = []
        while len(times) < 20:
            kind, data = screen.message()
            if kind != BINARY:
                continue
            magic, version, header, _, r, c, number, _, time_s, scale, peak, force, moving = \
                struct.unpack_from("<4sHHIHHQqdffff", data)
            self.assertEqual((b"RSPI", 1, 64, rows, cols), (magic, version, header, r, c))
            self.assertEqual(64 + 2 * rows * cols, len(data))
            self.assertGreaterEqual(scale, peak)
            self.assertTrue(0 <= moving <= 1 and force >= 0)
            self.assertLessEqual(abs(max(data[64:64 + rows * cols]) * scale / 255 - peak),
                                 scale / 255)
            times.append(time_s)
        self.assertEqual(sorted(set(times)), times)

    def test_every_picture_of_a_slow_mat_is_shown_though_metrics_come_between(self):
        session = self.path("slow.h5")
        subprocess.run([ROLLSCOPE, "simulate", "--scenario", "ball-knot", "--mat", "16x16x10@20",
                        "--for", "30", "--output", session], check=True, capture_output=True)
        screen = Screen(self.live(source=f"session:{session}?speed=1").port)
        numbers = []
        while len(numbers) < 40:
            kind, data = screen.message()
            if kind == BINARY:
                numbers.append(struct.unpack_from("<Q", data, 16)[0])
        self.assertLess(numbers[-1] - numbers[0], 1.25 * len(numbers))

    def test_messages_that_are_too_long_or_make_no_sense_are_refused(self):
        live = self.live()
        good = Screen(live.port)
        self.assertEqual("not understood", good.ask(do="fly"))
        for text in ("", "[]", "{", "null", '{"do": 7}', '{"do": {}}', "\"stop\"", "[" * 2000):
            good.send(text)
        for data, opcode, code in (("x" * 4097, TEXT, 1009), ("x" * 70000, TEXT, 1009),
                                   (b"stop", BINARY, 1003), (b"\xff\xfe{}", TEXT, 1007)):
            bad = Screen(live.port)
            bad.send(data, opcode)
            while bad.message():
                pass
            self.assertEqual(code, bad.code)
        pieces = Screen(live.port)
        pieces.send("x" * 3000, final=False)
        pieces.send("x" * 3000, opcode=0)
        while pieces.message():
            pass
        self.assertEqual(1009, pieces.code)
        self.assertIsNone(good.ask(do="watch", rate_hz=30))

    def test_a_flooding_screen_is_closed_and_nobody_else_notices(self):
        live = self.live()
        good, bad = Screen(live.port), Screen(live.port)
        with self.assertRaises((OSError, AssertionError)):
            for _ in range(100000):
                bad.send('{"do":"fly"}')
            bad.until(lambda m: False)
        good.until(lambda m: m.get("event") == "metrics")
        self.assertEqual("not understood", good.ask(do="fly"))

    def test_a_screen_that_reads_nothing_skips_and_holds_up_nobody(self):
        live = self.live(source="sim:fine-mat?seed=1&for=60")
        stalled = Screen(live.port, receive_bytes=4096)
        good = Screen(live.port)
        self.assertIsNone(good.ask(do="watch", rate_hz=60))
        pictures, last = 0, None
        while pictures < 80:
            kind, data = good.message()
            if kind == BINARY:
                pictures += 1
                last = data
        newest = struct.unpack_from("<Q", last, 16)[0]
        seen = [m for m in iter(lambda: self.first(stalled, newest), None)]
        self.assertLess(len(seen), pictures / 2)

    def first(self, screen, newest):
        """The next picture's number, until one that is as new as `newest`, or it was given up."""
        while message := screen.message():
            if message[0] == BINARY:
                number = struct.unpack_from("<Q", message[1], 16)[0]
                return number if number < newest else None
        return None


class Time(PageTest):
    def picture_s(self, screen):
        while True:
            kind, data = screen.message()
            if kind == BINARY:
                return struct.unpack_from("<d", data, 32)[0]

    def test_a_page_that_is_started_late_knows_the_time_of_the_session(self):
        live = self.start("live", "--no-dashboard", "--source", STROKES)
        self.wait_until("a stroke", lambda: os.path.getsize(live.log) or self.has_file())
        time.sleep(2)  # that is what is late about it
        page = self.start("dashboard", "--http", "127.0.0.1:0")
        port = int(self.wait_until("the page's address", lambda: re.search(
            r"the page is at http://127.0.0.1:(\d+)/", self.said(page)))[1])
        screen = Screen(port)
        metrics = [screen.until(lambda m: m.get("event") == "metrics") for _ in range(3)][-1]
        self.assertGreater(metrics["time_s"], 1.5)
        self.assertLess(abs(self.picture_s(screen) - metrics["time_s"]), 1.5)

    def has_file(self):
        return any(f.endswith(".h5") for f in os.listdir(self.folder.name))

    def test_after_a_session_any_moment_of_it_is_shown(self):
        live = self.live("--stay", source="sim:ball-knot?seed=2&for=20&speed=4")
        screen = Screen(live.port)
        self.assertIsNotNone(screen.ask(do="replay", time_s=1))
        self.assertIsNone(screen.ask(do="start"))
        screen.until(lambda m: m.get("type") == "state" and m["phase"] == "over" and any(
            e["event"] == "summary" for e in m["past"]))
        late = Screen(live.port)
        for wanted in (10, 10.02, 3, 15.5, 0, 19):
            with self.subTest(time=wanted):
                self.assertIsNone(late.ask(do="replay", time_s=wanted))
                shown = struct.unpack_from("<d", late.picture, 32)[0]
                self.assertLess(abs(shown - wanted), 0.05)
        for nonsense in ("x", None, [], {}, -1e300, 1e300):
            late.ask(do="replay", time_s=nonsense)
        self.assertIsNone(late.ask(do="replay", time_s=5))


class Beside(PageTest):
    def test_without_a_free_address_the_session_goes_on_without_a_page(self):
        first = self.live()
        second = self.start("live", "--source", "sim:ball-knot?seed=2&for=6&speed=max", "--http",
                            f"127.0.0.1:{first.port}", "--output", self.path("b.h5"),
                            "--bus", self.path("other"))
        self.wait_until("the refusal", lambda: "cannot be served" in self.said(second))

    def test_a_browser_is_opened_where_it_is_wanted(self):
        with open(self.path("xdg-open"), "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\necho \"$@\" >{self.path('opened')}\n")
        os.chmod(self.path("xdg-open"), 0o755)
        self.environment["PATH"] = f"{self.folder.name}:{os.environ['PATH']}"
        live = self.live("--open")
        self.wait_until("the browser", lambda: os.path.exists(self.path("opened")) and
                        os.path.getsize(self.path("opened")))
        with open(self.path("opened"), encoding="utf-8") as file:
            self.assertEqual(live.url, file.read().strip())

    def test_a_session_that_ends_leaves_with_its_page(self):
        live = self.live(source="sim:ball-knot?seed=2&for=6&speed=max")
        self.finish(live)
        self.assertEqual(1, len([f for f in os.listdir(self.folder.name) if f.endswith(".h5")]))

    def test_nonsense_options_are_refused(self):
        for words in (["--http", "nowhere"], ["--http", "1.2.3"], ["--http", "127.0.0.1:99999"],
                      ["--stay", "--no-dashboard"], ["--about", "colour=blue"]):
            with self.subTest(options=words):
                self.finish(self.start("live", "--source", "sim:ball-knot", *words), 2)


if __name__ == "__main__":
    unittest.main()
