"""The page in a real browser, against a running pipeline."""

import base64
import os
import re
import signal
import sys
import unittest

import browser
import h5py
from support import PageTest

if browser.program() is None:
    print("skipped: no Chromium is installed (chromium-headless-shell or chromium)")
    sys.exit(77)

PHONE = {"width": 390, "height": 844, "scale": 2, "touch": True}
WALL = {"width": 1920, "height": 1080}
SOURCE = "sim:roller-strokes?seed=2&for=120&speed=4"
AXE = os.path.join(os.environ["ROLLSCOPE_SOURCE"],
                   "tests/dashboard/node_modules/axe-core/axe.min.js")
# What a screen that has lost its server says in the console; the page says it in words.
EXPECTED = ("ERR_CONNECTION_REFUSED", "WebSocket connection to")


class BrowserTest(PageTest):
    @classmethod
    def setUpClass(cls):
        cls.browser = browser.Browser()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()

    def page(self, live, **shape):
        page = self.browser.page(live.url, **shape)
        self.addCleanup(page.close)
        return page

    def recorded(self, path, group):
        with h5py.File(path) as file:
            return file[group]["id"].size

    def assert_calm(self, page, expected=()):
        complaints = [c for c in page.complaints if not any(e in c for e in expected)]
        self.assertEqual([], complaints)


class Session(BrowserTest):
    def test_a_session_from_start_to_result_on_the_page(self):
        live = self.live("--stay", source=SOURCE)
        page = self.page(live)
        page.wait("document.body.dataset.view === 'before'")
        page.wait("/found: [0-9]+ of [0-9]+ cells good/.test("
                  "document.querySelector('#before-health').textContent)")
        page.press("[data-choice=side] button:nth-of-type(2)")
        page.press("[data-choice=tool] button:nth-of-type(1)")
        page.press("#start")
        page.wait("document.body.dataset.view === 'during'")
        page.wait("rollscope.model.strokes.size >= 4")
        page.wait("rollscope.mat.drawn.count > 20")
        page.press("#pain button:nth-child(8)")
        page.wait("rollscope.model.pains.length === 1")
        page.press("#note-open")
        page.press("#note-text")
        page.type("links, härter")
        page.press("#note-form [type=submit]")
        page.wait("rollscope.model.markers.size === 2")
        page.press("#pause")
        page.wait("rollscope.model.paused")
        self.assertEqual("Paused. Still recording.", page.wait("document.querySelector('#advice').textContent"))
        page.press("#pause")
        page.wait("!rollscope.model.paused")
        page.press("#stop")
        page.wait("document.body.dataset.view === 'after' && rollscope.model.summary !== null")
        shown = int(page.run("document.querySelector('#figures dd').textContent"))
        name = page.run("rollscope.model.file")
        path = self.path(name)
        self.wait_until("the file to be closed", lambda: self.closed(path))
        self.assertEqual(self.recorded(path, "strokes"), shown)
        self.assertGreaterEqual(shown, 4)
        with h5py.File(path) as file:
            self.assertEqual((b"right", b"foam roller"),
                             tuple(self.attribute(file, n) for n in ("side", "tool")))
            markers = file["markers"]
            kinds = [bytes(k.tobytes()).rstrip(b"\0").decode() for k in markers["kind"][()]]
            texts = [bytes(t.tobytes()).rstrip(b"\0").decode() for t in markers["text"][()]]
            self.assertEqual(["pain", "note", "pause", "resume"], kinds)
            self.assertEqual(7, markers["value"][0])
            self.assertEqual("links, härter", texts[1])
            self.assertTrue(all(0 < t < 120 for t in markers["time"][()]))
        late = self.page(live)
        late.wait("document.body.dataset.view === 'after' && rollscope.mat.picture !== null")
        self.assertEqual(shown, int(late.text("#figures dd")))
        self.pain_afterwards(page, late, path)
        self.report(page)
        self.replay_and_next(page)
        self.assert_calm(page)
        live.send_signal(signal.SIGINT)
        self.finish(live)

    def pain_afterwards(self, page, late, path):
        """What is said once the session is over goes into its file, and to every screen."""
        page.press("#pain button:nth-child(4)")
        for screen in (page, late):
            screen.wait("rollscope.model.pains.length === 2")
        page.press("#note-open")
        page.press("#note-quick button:nth-of-type(2)")
        late.wait("rollscope.model.markers.size === 6")
        with h5py.File(path) as file:
            markers = file["markers"]
            texts = [bytes(t.tobytes()).rstrip(b"\0").decode() for t in markers["text"][()]]
            self.assertEqual([3, "tender here"], [markers["value"][4], texts[5]])
            self.assertGreaterEqual(markers["time"][4], file["strokes"]["end"][()].max())
            self.assertEqual(1, file.attrs["closed"])

    def report(self, page):
        """The session on one sheet, with what was said; afterwards the screen is as it was."""
        shown = page.text("#figures")
        page.run("""rollscope.model.spots.set(2, { id: 2, confidence: 0 });
            rollscope.model.markers.set(9001, { kind: 'note', text: 'spot 2: härter', time_s: 1 });
            rollscope.model.markers.set(9002, { kind: 'pain', text: 'spot 2', value: 6, time_s: 2 });
            rollscope.model.markers.set(9003, { kind: 'note', text: 'spot 77: none', time_s: 3 })""")
        page.run("dispatchEvent(new Event('beforeprint'))")
        said = page.run("document.querySelector('#said').innerText")
        for words in ("pain 7 of 10", "links, härter", "pain 3 of 10", "tender here",
                      "hot spot B: härter", "hot spot B: pain 6 of 10", "spot 77: none"):
            self.assertIn(words, said)
        page.run("rollscope.model.spots.delete(2); for (const id of [9001, 9002, 9003]) rollscope.model.markers.delete(id)")
        self.assertEqual("2026", re.search(r"\d{4}", page.text("#report-date"))[0])
        self.assertGreater(page.run("""document.querySelector('.still-copy').getContext('2d')
            .getImageData(0, 0, 900, 200).data.filter((v) => v > 0).length"""), 5000)
        page.run("dispatchEvent(new Event('afterprint'))")
        self.assertFalse(page.run("document.querySelector('#said').checkVisibility()"))
        sheet = base64.b64decode(page.call("Page.printToPDF", preferCSSPageSize=True)["data"])
        self.assertEqual(1, len(re.findall(rb"/Type\s*/Page\b", sheet)))
        self.assertEqual(shown, page.text("#figures"))

    def attribute(self, file, name):
        value = file.attrs[name]
        return value if isinstance(value, bytes) else value.encode()

    def closed(self, path):
        try:
            with h5py.File(path) as file:
                return file.attrs["closed"] == 1
        except OSError:
            return False

    def replay_and_next(self, page):
        """Scrubs by keyboard, takes the export, and goes on to the next session."""
        page.run("document.querySelector('#scrub').focus()")
        before = page.run("document.querySelector('#scrub').value")
        page.key("ArrowRight", 39)
        page.wait(f"document.querySelector('#scrub').value !== '{before}'")
        page.press("#play")
        at = page.run("Number(document.querySelector('#scrub').value)")
        page.wait(f"Number(document.querySelector('#scrub').value) > {at} + 0.5")
        csv, strokes = page.run("""import('/after.js').then((after) =>
            [after.csvOf(rollscope.model), rollscope.model.strokes.size])""")
        rows = csv.strip().split("\r\n")
        self.assertEqual(strokes, sum(row.startswith("stroke,") for row in rows))
        self.assertTrue(any("links, härter" in row for row in rows))
        page.press("#next")
        page.wait("document.body.dataset.view === 'before'")

    def test_every_screen_shows_the_count_that_is_recorded(self):
        live = self.live("--output", self.path("a.h5"), source=SOURCE.replace("=120", "=40"))
        pages = [self.page(live, **shape) for shape in (PHONE, WALL)]
        for page in pages:
            page.wait("document.body.dataset.view === 'during' && "
                      "rollscope.model.strokes.size >= 3")
        self.finish(live)
        count = self.recorded(self.path("a.h5"), "strokes")
        for page in pages:
            page.wait("document.body.dataset.view === 'after'")
            self.assertEqual(str(count), page.text("#figures dd"))
            self.assertIn("rollscope has ended", page.wait(
                "document.querySelector('#alarm').textContent"))
            self.assert_calm(page, EXPECTED)


class Trouble(BrowserTest):
    def test_the_page_comes_back_when_its_server_was_killed(self):
        live = self.live(source=SOURCE)
        page = self.page(live)
        page.wait("document.body.dataset.view === 'during' && rollscope.model.strokes.size >= 2")
        dashboard = int(self.wait_until("the dashboard's process", lambda: self.child(live)))
        os.kill(dashboard, signal.SIGKILL)
        page.wait("document.querySelector('#alarm').textContent.includes('No connection')")
        strokes = page.run("rollscope.model.strokes.size")
        drawn = page.run("rollscope.mat.drawn.count")
        page.wait(f"rollscope.model.strokes.size > {strokes} && "
                  f"rollscope.mat.drawn.count > {drawn} + 10 && "
                  "document.querySelector('#alarm').hidden")
        self.assertEqual(list(range(1, strokes + 1)),
                         page.run("[...rollscope.model.strokes.keys()]")[:strokes])
        self.assertIsNone(page.run("rollscope.ask({do: 'mark', kind: 'pain', value: 1})"))
        self.assert_calm(page, EXPECTED)

    def child(self, live):
        """The process of live's dashboard."""
        for name in os.listdir("/proc"):
            if not name.isdigit():
                continue
            try:
                with open(f"/proc/{name}/stat", encoding="utf-8") as file:
                    parent = file.read().rpartition(")")[2].split()[1]
                with open(f"/proc/{name}/cmdline", encoding="utf-8") as file:
                    words = file.read().split("\0")
            except OSError:
                continue
            if int(parent) == live.pid and "dashboard" in words:
                return name
        return None

    def test_lost_frames_and_a_silent_mat_are_said_in_words(self):
        live = self.live(source="sim:lossy-link?seed=1&for=120&speed=4")
        page = self.page(live)
        page.wait("/[0-9]+ pictures of the mat were lost/.test("
                  "document.querySelector('#alarm').textContent)")
        acquire = [p for p in os.listdir("/proc") if p.isdigit() and self.is_acquire(p, live.pid)]
        os.kill(int(acquire[0]), signal.SIGSTOP)
        try:
            page.wait("document.querySelector('#alarm').textContent.includes('gone silent')")
        finally:
            os.kill(int(acquire[0]), signal.SIGCONT)
        page.wait("!document.querySelector('#alarm').textContent.includes('gone silent')")
        self.assert_calm(page)

    def is_acquire(self, process, parent):
        try:
            with open(f"/proc/{process}/cmdline", encoding="utf-8") as file:
                words = file.read().split("\0")
            with open(f"/proc/{process}/stat", encoding="utf-8") as file:
                return "acquire" in words and \
                    int(file.read().rpartition(")")[2].split()[1]) == parent
        except OSError:
            return False

    def test_without_its_key_the_page_asks_for_it_and_shows_nothing(self):
        live = self.live(source=SOURCE, http="0.0.0.0:0")
        address, _, key = live.url.replace("0.0.0.0", "127.0.0.1").partition("#key=")
        page = self.browser.page(address)
        self.addCleanup(page.close)
        page.wait("document.querySelector('#wait-title').textContent.includes('key')")
        self.assertIsNone(page.run("rollscope.mat.picture"))
        good = self.browser.page(f"{address}#key={key}")
        self.addCleanup(good.close)
        good.wait("document.body.dataset.view === 'during'")
        self.assertEqual("", good.run("location.hash"))
        self.assert_calm(good)


class Access(BrowserTest):
    def test_axe_finds_no_fault_in_any_view(self):
        if not os.path.exists(AXE):
            self.skipTest("axe-core is not installed: npm ci in tests/dashboard")
        with open(AXE, encoding="utf-8") as file:
            axe = file.read()
        live = self.live("--stay", source=SOURCE)
        for theme, shape in (("light", PHONE), ("dark", WALL)):
            page = self.page(live, theme=theme, **shape)
            page.wait("document.body.dataset.view === 'before' && rollscope.mat.picture")
            self.assert_accessible(page, axe, f"{theme} before")
            page.press("#start")
            page.wait("document.body.dataset.view === 'during' && "
                      "rollscope.model.strokes.size >= 3")
            self.assert_accessible(page, axe, f"{theme} during")
            page.press("#note-open")
            self.assert_accessible(page, axe, f"{theme} note")
            page.press("#note-cancel")
            page.press("#stop")
            page.wait("document.body.dataset.view === 'after' && rollscope.model.summary")
            self.assert_accessible(page, axe, f"{theme} after")
            page.press("#next")
            page.wait("document.body.dataset.view === 'before'")

    def assert_accessible(self, page, axe, what):
        page.run(f"(() => {{ if (!window.axe) {{ {axe} }} return true; }})()")
        faults = page.run("""axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a",
            "wcag21aa", "wcag22aa", "best-practice"]}).then((found) => found.violations.map(
            (v) => v.id + ": " + v.nodes.map((n) => n.target.join(" ")).join(", ")))""")
        self.assertEqual([], faults, what)

    def test_the_page_is_worked_by_keyboard_alone(self):
        live = self.live("--stay", source=SOURCE)
        page = self.page(live)
        page.wait("document.body.dataset.view === 'before'")
        self.tab_to(page, "start")
        page.key("Enter", 13)
        page.wait("document.body.dataset.view === 'during'")
        self.tab_to(page, "stop")
        page.key("Enter", 13)
        page.wait("document.body.dataset.view === 'after'")

    def tab_to(self, page, wanted):
        for _ in range(60):
            if page.run("document.activeElement.id") == wanted:
                return
            page.key("Tab", 9)
        self.fail(f"{wanted} is not reached")

    def test_all_languages_have_every_text(self):
        live = self.live(source=SOURCE)
        page = self.page(live)
        page.wait("document.body.dataset.view === 'during'")
        missing = page.run("""import('/texts.js').then(({languages}) => {
            const shape = (words) => JSON.stringify(Object.keys(words).sort().map((key) =>
                [key, Array.isArray(words[key]) ? words[key].length
                    : (words[key].match(/\\{\\w+\\}/g) || []).sort()]));
            return Object.keys(languages).filter((l) => shape(languages[l]) !== shape(languages.en));
        })""")
        self.assertEqual([], missing)


if __name__ == "__main__":
    unittest.main()
