/* The WebSocket: pictures as binary, everything else as JSON. Connects again by itself. */

const PROTOCOL = "rollscope.1";
const AGAIN_MS = 500;
const AGAIN_MOST_MS = 4000;
const ANSWER_MS = 5000;
const KEY = "rollscope key";

/* The key is what follows # in the address: it never leaves the browser with a request. */
function keyTake() {
  const match = /^#key=([\w-]+)$/.exec(location.hash);
  if (match) {
    sessionStorage.setItem(KEY, match[1]);
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem(KEY);
}

export class Link {
  /** @param heard {picture(bytes), said(object), changed(open)} */
  constructor(heard) {
    this.heard = heard;
    this.key = keyTake();
    this.wait = AGAIN_MS;
    this.asked = new Map();
    this.id = 0;
    this.ever = false;
    this.connect();
  }

  connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const protocols = this.key ? [PROTOCOL, `key.${this.key}`] : [PROTOCOL];
    const socket = new WebSocket(`${scheme}://${location.host}/live`, protocols);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.wait = AGAIN_MS;
      this.ever = true;
      this.heard.changed(true);
    };
    socket.onmessage = (message) => this.take(message.data);
    socket.onclose = () => this.closed();
    this.socket = socket;
  }

  take(data) {
    if (typeof data !== "string") {
      this.heard.picture(data);
      return;
    }
    const said = JSON.parse(data);
    const asked = said.type === "answer" && this.asked.get(said.id);
    if (asked) {
      this.asked.delete(said.id);
      asked(said.why || null);
    }
    this.heard.said(said);
  }

  closed() {
    this.heard.changed(false);
    setTimeout(() => this.connect(), this.wait);
    this.wait = Math.min(this.wait * 1.6, AGAIN_MOST_MS);
  }

  /** Asks for something. Resolves to null when it is done, or to why not. */
  ask(wish) {
    return new Promise((resolve) => {
      if (this.socket.readyState !== WebSocket.OPEN) {
        resolve("no connection");
        return;
      }
      const id = ++this.id;
      const late = setTimeout(() => this.asked.delete(id) && resolve("no answer"), ANSWER_MS);
      this.asked.set(id, (why) => {
        clearTimeout(late);
        resolve(why);
      });
      this.socket.send(JSON.stringify({ ...wish, id }));
    });
  }
}
