"""Live messages keep to the JSON Schema; the document and the schema keep to the program's tables.
"""

import copy
import json
import os
import subprocess
import sys
import unittest

import jsonschema
import zmq

import mat
import support

SOURCE = os.environ["ROLLSCOPE_SOURCE"]
SCHEMA = os.path.join(SOURCE, "docs", "schema", "rollscope-stream-1.json")
STREAMS = ("frames", "events", "metrics")


def properties_missing(schema, message):
    """Keys of a message, at any level, that the schema does not describe."""
    missing = set()
    for key, value in message.items():
        described = schema["properties"].get(key)
        if described is None:
            missing.add(key)
        elif isinstance(value, dict) and "properties" in described and key != "session":
            missing |= properties_missing(described, value)
        elif isinstance(value, list):
            for element in value:
                missing |= properties_missing(described["items"], element)
    return missing


class Schema(support.PipelineTest):
    @classmethod
    def setUpClass(cls):
        with open(SCHEMA, encoding="utf-8") as file:
            cls.schema = json.load(file)
        jsonschema.Draft202012Validator.check_schema(cls.schema)
        cls.validator = jsonschema.Draft202012Validator(cls.schema)

    def setUp(self):
        super().setUp()
        self.context = zmq.Context()
        self.addCleanup(self.context.destroy, linger=0)

    def messages_of_a_session(self):
        """{topic: [message]} of all streams, frames left out."""
        os.makedirs(self.bus, mode=0o700)
        poller, ended, messages = zmq.Poller(), set(), {}
        for stream in STREAMS:
            socket = self.context.socket(zmq.SUB)
            self.addCleanup(socket.close)
            socket.connect(f"ipc://{self.bus}/{stream}")
            socket.subscribe(b"")
            poller.register(socket)
        live = self.start("live", "--no-dashboard", "--quiet", "--source",
                          "sim:ball-knot?seed=1&speed=4", "--for", "40", "--output",
                          self.path("out.h5"))
        while len(ended) < len(STREAMS):
            ready = poller.poll(support.PATIENCE_S * 1000)
            self.assertTrue(ready, "the streams fell silent")
            for socket, _ in ready:
                topic, body = socket.recv_multipart()
                if topic == b"end":
                    ended.add(socket)
                if topic != b"frame":
                    messages.setdefault(topic.decode(), []).append(json.loads(body))
        self.finish(live)
        return messages

    def test_live_messages_keep_to_the_schema(self):
        messages = self.messages_of_a_session()
        self.assertLessEqual({"stroke", "spot", "bout", "contact", "summary", "metrics", "health",
                              "end"}, set(messages))
        for topic, bodies in messages.items():
            schema = self.schema["$defs"]["state" if topic == "end" else topic]
            for body in bodies:
                self.assertIsNone(jsonschema.exceptions.best_match(self.validator.iter_errors(body)))
                self.assertEqual(topic, body.get("event", "end"))
                self.assertEqual(set(), properties_missing(schema, body))
        numbers = [body["number"] for body in messages["metrics"]]
        self.assertGreater(len(numbers), 100)
        self.assertEqual(list(range(numbers[0], numbers[0] + len(numbers))), numbers)

    def test_a_publisher_that_waits_for_its_mat_says_heartbeats(self):
        one = mat.Mat()
        words = ("acquire", "--quiet", "--source", f"pty:{one.path}?protocol=rollscope",
                 "--session", "01234567-89ab-cdef-0123-456789abcdef")
        before = self.start(*words)
        self.wait_until("frames", lambda: self.frames_acquired() >= 20)
        before.kill()
        before.wait()
        one.close()
        self.start(*words)
        socket = self.context.socket(zmq.SUB)
        self.addCleanup(socket.close)
        socket.rcvtimeo = support.PATIENCE_S * 1000
        socket.connect(f"ipc://{self.bus}/frames")
        socket.subscribe(b"heartbeat")
        beat = json.loads(socket.recv_multipart()[1])
        self.assertIsNone(jsonschema.exceptions.best_match(self.validator.iter_errors(beat)))
        self.assertEqual(set(), properties_missing(self.schema["$defs"]["heartbeat"], beat))
        self.assertEqual(("heartbeat", "frames"), (beat["event"], beat["stream"]))
        self.assertGreaterEqual(beat["next"], 20)

    def test_the_schema_refuses_what_is_not_so(self):
        good = {"event": "marker", "number": 1, "frame": 2, "published_s": 0.5, "id": 1,
                "time_s": 0.5, "kind": "note", "value": None, "text": "sore"}
        self.assertTrue(self.validator.is_valid(good))
        for key, value in (("event", "remark"), ("number", -1), ("frame", 1.5), ("text", None),
                           ("published_s", "0.5"), ("value", "7"), ("session", "mine")):
            bad = copy.deepcopy(good)
            bad[key] = value
            self.assertFalse(self.validator.is_valid(bad), bad)
        for key in good:
            self.assertFalse(self.validator.is_valid({k: v for k, v in good.items() if k != key}))

    def test_document_and_schema_are_what_the_tables_say(self):
        check = subprocess.run([sys.executable, os.path.join(SOURCE, "tools", "streams"),
                                support.ROLLSCOPE, "--check"], capture_output=True, text=True)
        self.assertEqual(0, check.returncode, check.stdout + check.stderr)


if __name__ == "__main__":
    unittest.main()
