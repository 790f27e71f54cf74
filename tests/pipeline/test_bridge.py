"""`rollscope bridge` against Debian's own broker, mosquitto, read by mosquitto_sub: each event is
there, values and all, also where the broker was away meanwhile."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import unittest

import h5py

import support

SOURCE = os.environ["ROLLSCOPE_SOURCE"]
sys.path.append(os.path.join(SOURCE, "tests", "dashboard"))

from screen import Screen
SESSION = os.path.join(SOURCE, "datasets", "roller-knots.h5")
BROKER = "/usr/sbin/mosquitto"
WORD = "rolling"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Link:
    """A way to a port that can be cut while something is under way; nobody is there until it is joined."""

    def __init__(self, port):
        self.port, self.far, self.ends = free_port(), port, []

    def join(self):
        self.door = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self.let_in, args=[self.door], daemon=True).start()

    def let_in(self, door):
        try:
            while True:
                ends = door.accept()[0], socket.create_connection(("127.0.0.1", self.far))
                self.ends += ends
                for one, other in (ends, ends[::-1]):
                    threading.Thread(target=self.carry, args=[one, other], daemon=True).start()
        except OSError:
            pass

    def carry(self, one, other):
        try:
            while data := one.recv(4096):
                other.sendall(data)
        except OSError:
            pass
        self.shut(other)

    def shut(self, end):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def cut(self):
        self.shut(self.door)
        self.door.close()
        for end in self.ends:
            self.shut(end)
            end.close()


class Bridge(support.PipelineTest):
    def setUp(self):
        super().setUp()
        self.port = free_port()
        self.lines = self.path("heard")

    def broker(self, *settings):
        """Starts a broker that forgets everything when it ends."""
        with open(self.path("mosquitto.conf"), "w", encoding="ascii") as file:
            file.write(f"listener {self.port} 127.0.0.1\nuser root\nallow_anonymous true\n")
            file.writelines(line + "\n" for line in settings)
        process = subprocess.Popen([BROKER, "-c", file.name], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True)
        self.started.append(process)
        self.wait_until("the broker", self.is_open)
        return process

    def is_open(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def subscribe(self, *words):
        """Writes each message as a line `retained topic text` from now on."""
        with open(self.lines, "ab") as file:
            process = subprocess.Popen(["mosquitto_sub", "-h", "127.0.0.1", "-p", str(self.port), "-q", "1", "-t", "rollscope/#",
                                        "-F", "%r %t %p", *words], stdout=file, stderr=subprocess.PIPE, text=True)
        self.started.append(process)

    def heard(self, name):
        with open(self.lines, encoding="utf-8") as file:
            lines = [line.rstrip("\n").split(" ", 2) for line in file if line.endswith("\n")]
        return [text for _, topic, text in lines if topic == "rollscope/" + name]

    def bridge(self, *words):
        return self.start("bridge", "--port", str(self.port), *words)

    def stop(self, process):
        process.send_signal(signal.SIGTERM)
        return self.finish(process)[1]

    def play(self, speed):
        recorded = self.path("recorded.h5")
        return recorded, self.start("live", "--no-dashboard", "--quiet", "--source", f"session:{SESSION}?speed={speed}",
                                    "--output", recorded)

    def assert_strokes(self, recorded):
        """Each stroke of the file was heard with its very numbers, and no other."""
        with h5py.File(recorded) as file:
            expected = {int(number): float(travel) for number, travel
                        in zip(file["strokes/id"][:], file["strokes/travel"][:])}
        strokes = [json.loads(text) for text in self.heard("events/stroke")]
        self.assertEqual(expected, {one["id"]: one["travel_mm"] for one in strokes})
        self.assertGreater(len(expected), 8)
        return strokes

    def test_every_event_and_the_newest_metrics_are_at_the_broker(self):
        self.broker()
        self.subscribe()
        bridge = self.bridge()
        self.wait_until("the bridge", lambda: "online" in self.heard("status"))
        recorded, live = self.play(8)
        self.finish(live)
        self.wait_until("the summary", lambda: self.heard("events/summary"))
        self.assertEqual(len(self.assert_strokes(recorded)), len(self.heard("events/stroke")))
        summary = json.loads(self.heard("events/summary")[0])
        with h5py.File(recorded) as file:
            self.assertEqual(file["summary"].attrs["one_way"], summary["one_way"])
            self.assertEqual(file.attrs["session_id"].decode(), json.loads(self.heard("session")[0])["id"])
        self.assertGreater(len(self.heard("metrics")), 100)
        with open(self.lines, "wb"):
            pass
        self.subscribe()
        self.wait_until("the state, for who comes late", lambda: self.heard("events/summary"))
        self.wait_until("the metrics", lambda: self.heard("metrics"))
        self.assertEqual(["online"], self.heard("status"))
        self.assertEqual(summary["one_way"], json.loads(self.heard("metrics")[0])["strokes"]["one_way"])
        self.assertIn(" 0 events were overrun, 0 refused", self.stop(bridge))
        self.wait_until("goodbye", lambda: self.heard("status")[-1:] == ["offline"])

    def test_what_people_say_is_at_the_broker(self):
        port = free_port()
        self.broker()
        self.subscribe()
        bridge = self.bridge()
        live = self.start("live", "--quiet", "--source", f"session:{SESSION}?speed=1", "--http", f"127.0.0.1:{port}")
        self.wait_until("strokes", lambda: self.heard("events/stroke"))
        page = Screen(port)
        self.wait_until("the session", lambda: page.ask(do="mark", kind="pain", value=7, spot=1) is None)
        self.assertIsNone(page.ask(do="mark", kind="note", text="härter"))
        live.send_signal(signal.SIGTERM)
        self.finish(live)
        self.wait_until("what was said", lambda: len(self.heard("events/marker")) == 2)
        said = [json.loads(text) for text in self.heard("events/marker")]
        self.assertEqual([("pain", 7, "spot 1"), ("note", None, "härter")],
                         [(one["kind"], one.get("value"), one["text"]) for one in said])
        page.close()
        self.stop(bridge)

    def frames_pass(self, count):
        acquired = self.frames_acquired()
        self.wait_until("frames", lambda: self.frames_acquired() >= acquired + count)

    def test_a_broker_that_comes_late_and_is_cut_off_again_and_again_costs_no_event(self):
        self.broker()
        self.subscribe()
        link = Link(self.port)
        bridge = self.start("bridge", "--port", str(link.port))
        recorded, live = self.play(4)
        self.frames_pass(100)
        for _ in range(6):
            link.join()
            heard = len(self.heard("metrics"))
            self.wait_until("metrics", lambda: len(self.heard("metrics")) > heard or live.poll() is not None)
            link.cut()
            self.frames_pass(25)
        link.join()
        self.wait_until("the summary", lambda: self.heard("events/summary"))
        self.finish(live)
        self.assert_strokes(recorded)
        said = self.stop(bridge)
        self.assertIn("trying again", said)
        self.assertIn(" 0 events were overrun, 0 refused", said)
        link.cut()

    def test_a_broker_that_dies_is_found_again(self):
        bridge = self.bridge()
        for _ in range(3):
            broker = self.broker()
            self.subscribe()
            online = self.heard("status").count("online")
            self.wait_until("the bridge", lambda: self.heard("status").count("online") > online)
            broker.kill()
            broker.wait()
        self.assertEqual(3, self.stop(bridge).count("connected"))

    def test_a_bridge_that_is_killed_is_said_to_be_offline_and_nobody_else_notices(self):
        self.broker()
        self.subscribe()
        bridge = self.bridge()
        undisturbed, live = self.play("max")
        self.finish(live)
        os.rename(undisturbed, self.path("undisturbed.h5"))
        recorded, live = self.play(8)
        self.wait_until("some strokes", lambda: len(self.heard("events/stroke")) >= 3)
        bridge.kill()
        self.wait_until("its will", lambda: self.heard("status")[-1:] == ["offline"])
        self.finish(live)
        self.assert_same_session(self.path("undisturbed.h5"), recorded)

    def test_a_broker_that_wants_a_password_gets_it(self):
        passwords = self.path("passwords")
        subprocess.run(["mosquitto_passwd", "-b", "-c", passwords, "mat", WORD], check=True)
        self.broker("allow_anonymous false", f"password_file {passwords}")
        stranger = self.bridge()
        self.environment["ROLLSCOPE_MQTT_PASSWORD"] = WORD
        self.subscribe("-u", "mat", "-P", WORD)
        known = self.bridge("--user", "mat")
        self.wait_until("the bridge", lambda: "online" in self.heard("status"))
        self.stop(known)
        self.assertIn("uthor", self.stop(stranger))

    def test_an_encrypted_broker_is_believed_by_its_authority_only(self):
        key, certificate = self.path("key.pem"), self.path("certificate.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2",
                        "-keyout", key, "-out", certificate], check=True, capture_output=True)
        self.broker(f"certfile {certificate}", f"keyfile {key}")
        stranger = self.bridge("--tls")
        self.subscribe("--cafile", certificate)
        known = self.bridge(f"--tls={certificate}")
        self.wait_until("the bridge", lambda: "online" in self.heard("status"))
        self.stop(known)
        self.wait_until("goodbye", lambda: self.heard("status")[-1:] == ["offline"])
        self.assertEqual(1, self.heard("status").count("online"))
        self.assertIn("trying again", self.stop(stranger))

    def test_what_cannot_be_is_refused_at_once(self):
        for words, said in ((("--topic", "a/#"), "a/#"), (("--tls=/no/such.pem",), "/no/such.pem")):
            _, err = self.finish(self.start("bridge", *words), 1)
            self.assertIn(said, err)
        for words in (("--port", "0"), ("--port", "x")):
            self.assertIn("--port", self.finish(self.start("bridge", *words), 2)[1])


if __name__ == "__main__":
    unittest.main()
