"""Who may read the bus over TCP: on loopback everybody, beyond it (and where keys are asked for)
only known keys. 127.0.0.2 stands for an address beyond loopback, so that nothing is opened."""

import json
import os
import socket
import stat
import unittest

import zmq
import zmq.utils.z85

import support

STREAMS = 6  # ports
HELLO = b'{"ask":"hello"}'


def free_ports(host):
    """The first of six ports that nobody uses."""
    for base in range(21000 + os.getpid() % 3000 * 10, 60000, 10):
        sockets = [socket.socket() for _ in range(STREAMS)]
        try:
            for offset, one in enumerate(sockets):
                one.bind((host, base + offset))
            return base
        except OSError:
            continue
        finally:
            for one in sockets:
                one.close()
    raise OSError("no free ports")


class Network(support.PipelineTest):
    def setUp(self):
        super().setUp()
        self.context = zmq.Context()
        self.addCleanup(self.context.destroy, linger=0)

    def keys(self, *arguments, code=0):
        return self.run_verb("keys", *arguments, bus=False, code=code)

    def own_key(self):
        out, _ = self.keys("--json")
        return json.loads(out)["own"]

    def acquire(self, host, *arguments):
        base = free_ports(host)
        process = self.start("acquire", "--quiet", "--source", "sim:roller-strokes?seed=1&speed=1",
                             f"--listen=tcp://{host}:{base}", *arguments)
        return process, f"tcp://{host}:{base}"

    def subscriber(self, address, pair=None, server=None, topic=b"", kind=zmq.SUB):
        one = self.context.socket(kind)
        if pair:
            one.curve_publickey, one.curve_secretkey = pair
            one.curve_serverkey = bytes.fromhex(server)
        if kind == zmq.SUB:
            one.subscribe(topic)
        one.rcvtimeo = 20000
        one.connect(address)
        return one

    def known_pair(self, name):
        public, secret = zmq.curve_keypair()
        self.keys("--allow", f"{name}={zmq.utils.z85.decode(public).hex()}")
        return public, secret

    def test_on_loopback_everybody_may_read(self):
        _, address = self.acquire("127.0.0.1")
        topic, body = self.subscriber(address, topic=b"frame").recv_multipart()
        self.assertEqual((b"frame", b"RSFR"), (topic, body[:4]))

    def test_beyond_loopback_nothing_starts_without_keys(self):
        process, _ = self.acquire("127.0.0.2")
        _, err = self.finish(process, code=1)
        self.assertIn("rollscope keys --make", err)

    def test_a_known_key_reads_and_no_other(self):
        self.keys("--make")
        known, server = self.known_pair("tablet"), self.own_key()
        _, address = self.acquire("127.0.0.2")
        stranger = self.subscriber(address, zmq.curve_keypair(), server)
        plain = self.subscriber(address)
        friend = self.subscriber(address, known, server)
        refused = frames = 0
        while not refused or frames < 100:
            topic, body = friend.recv_multipart()
            frames += topic == b"frame"
            if topic == b"health":
                values = json.loads(body)["values"]
                refused = values["bus_refused"]["value"]
                self.assertGreaterEqual(values["bus_admitted"]["value"], 1)
        self.assertEqual(0, stranger.poll(0))
        self.assertEqual(0, plain.poll(0))

    def test_a_known_key_may_ask(self):
        self.keys("--make")
        known, server = self.known_pair("tablet"), self.own_key()
        _, address = self.acquire("127.0.0.1", "--curve")
        host, _, port = address.rpartition(":")
        dealer = self.subscriber(f"{host}:{int(port) + 1}", known, server, kind=zmq.DEALER)
        dealer.send(HELLO)
        self.assertEqual("sim:roller-strokes?seed=1&speed=1",
                         json.loads(dealer.recv())["session"]["source"])

    def test_a_forgotten_key_is_refused(self):
        self.keys("--make")
        known, friend_pair = self.known_pair("tablet"), self.known_pair("phone")
        server = self.own_key()
        self.keys("--forget", "tablet")
        _, address = self.acquire("127.0.0.1", "--curve")
        forgotten = self.subscriber(address, known, server)
        friend = self.subscriber(address, friend_pair, server, topic=b"health")
        while not json.loads(friend.recv_multipart()[1])["values"]["bus_refused"]["value"]:
            pass
        self.assertEqual(0, forgotten.poll(0))

    def test_keys_that_others_may_use_are_refused(self):
        self.keys("--make")
        folder = self.path("rollscope/keys")
        for name, mode in (("own.key", 0o640), ("", 0o755)):
            path = os.path.join(folder, name)
            good = stat.S_IMODE(os.stat(path).st_mode)
            os.chmod(path, mode)
            process, _ = self.acquire("127.0.0.2")
            _, err = self.finish(process, code=1)
            self.assertIn(f"(mode {mode:04o})", err)
            self.assertIn(path.rstrip("/"), err)
            _, err = self.keys(code=1)
            self.assertIn(f"(mode {mode:04o})", err)
            os.chmod(path, good)

    def test_keys_are_made_for_nobody_else_to_read(self):
        self.keys("--make")
        self.known_pair("tablet")
        folder = self.path("rollscope/keys")
        self.assertEqual(0o700, stat.S_IMODE(os.stat(folder).st_mode))
        for name in ("own.key", "allowed"):
            self.assertEqual(0o600, stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode))

    def test_keys_are_not_overwritten(self):
        self.keys("--make")
        before = self.own_key()
        _, err = self.keys("--make", code=1)
        self.assertIn("there already", err)
        self.assertEqual(before, self.own_key())

    def test_what_is_no_key_is_refused(self):
        for change in ("tablet=12", "tablet", "a b=" + 64 * "0", "tablet=" + 64 * "g"):
            self.keys("--allow", change, code=1)
        out, _ = self.keys("--json")
        self.assertEqual({}, json.loads(out)["allowed"])


if __name__ == "__main__":
    unittest.main()
