"""A screen without a browser: a WebSocket client (RFC 6455) that can also misbehave."""

import base64
import json
import os
import socket
import struct
import time

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
PATIENCE_S = 60


def request(port, text):
    """Sends bytes as they are; the status line's number and the whole answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as connection:
        connection.sendall(text if isinstance(text, bytes) else text.encode())
        answer = b""
        try:
            while part := connection.recv(65536):
                answer += part
                head, _, body = answer.partition(b"\r\n\r\n")
                length = [line.split(b":")[1] for line in head.lower().split(b"\r\n")
                          if line.startswith(b"content-length:")]
                if body is not None and length and len(body) >= int(length[0]):
                    break
        except ConnectionResetError:
            pass
    words = answer.split(b" ", 2)
    return (int(words[1]) if len(words) > 1 else 0), answer


def get(port, path="/", host=None, method="GET", more=""):
    return request(port, f"{method} {path} HTTP/1.1\r\nHost: {host or f'127.0.0.1:{port}'}\r\n"
                         f"{more}Connection: close\r\n\r\n")


class Refused(Exception):
    pass


class Screen:
    def __init__(self, port, path="/live", origin=None, host=None, protocols="rollscope.1",
                 receive_bytes=None):
        self.socket = socket.socket()
        if receive_bytes:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.socket.settimeout(PATIENCE_S)
        self.socket.connect(("127.0.0.1", port))
        host = host or f"127.0.0.1:{port}"
        lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Upgrade: websocket",
                 "Connection: Upgrade", "Sec-WebSocket-Version: 13",
                 "Sec-WebSocket-Key: " + base64.b64encode(os.urandom(16)).decode()]
        if protocols:
            lines.append(f"Sec-WebSocket-Protocol: {protocols}")
        if origin:
            lines.append(f"Origin: {origin}")
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.buffer = b""
        self.code = self.picture = None
        try:
            while b"\r\n\r\n" not in self.buffer:
                self.take()
        except OSError:
            raise Refused("closed") from None
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        if b" 101 " not in head.split(b"\r\n")[0]:
            self.socket.close()
            raise Refused(head.split(b"\r\n")[0].decode())

    def take(self):
        data = self.socket.recv(1 << 20)
        if not data:
            raise OSError("closed")
        self.buffer += data

    def need(self, count):
        while len(self.buffer) < count:
            self.take()
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def message(self):
        """The next message: (TEXT, object), (BINARY, bytes), or None when it was closed."""
        parts, kind = b"", None
        try:
            while True:
                first, second = self.need(2)
                length = second & 127
                if length > 125:
                    length = struct.unpack(">H" if length == 126 else ">Q",
                                           self.need(2 if length == 126 else 8))[0]
                data = self.need(length)
                opcode = first & 15
                if opcode == PING:
                    self.send(data, PONG)
                elif opcode == CLOSE:
                    self.code = struct.unpack(">H", data[:2])[0] if data else None
                    return None
                else:
                    kind = opcode or kind
                    parts += data
                    if first & 128:
                        return kind, json.loads(parts) if kind == TEXT else parts
        except OSError:
            return None

    def until(self, wanted, seconds=PATIENCE_S):
        """The first message for which wanted(object) is true; pictures are passed over, the last
        one is kept."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            message = self.message()
            if message is None:
                raise AssertionError(f"closed with {self.code}")
            if message[0] == BINARY:
                self.picture = message[1]
            elif wanted(message[1]):
                return message[1]
        raise AssertionError("did not come")

    def send(self, data, opcode=TEXT, final=True):
        data = data if isinstance(data, bytes) else data.encode()
        length = len(data)
        head = bytes([opcode | (128 if final else 0)])
        head += (bytes([128 | length]) if length < 126 else
                 bytes([128 | 126]) + struct.pack(">H", length) if length < 65536 else
                 bytes([128 | 127]) + struct.pack(">Q", length))
        self.socket.sendall(head + bytes(4) + data)

    def ask(self, **wish):
        """Asks; why not, or None when it was done."""
        identity = os.urandom(4).hex()
        self.send(json.dumps({**wish, "id": identity}))
        return self.until(lambda m: m.get("type") == "answer" and m.get("id") == identity)["why"]

    def close(self):
        self.socket.close()

    def __del__(self):
        self.socket.close()
