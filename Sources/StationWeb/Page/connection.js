// Follows the agent's events, and knows how well that goes.

/** Longest silence of a living connection: the agent sends a sign of life every 15 s. */
const silenceLimit = 20_000;

/** Time without connection after which "reconnecting" is called "offline". */
const offlineAfter = 4_000;

/** Pause before a connection that the browser has given up is tried again. */
const retryPause = 2_000;

export class Connection {
  /**
   * @param onStatus Called with every status.
   * @param onSignOfLife Called with the agent's time whenever it says that it lives.
   * @param onState Called when `state` or `detail` changes.
   */
  constructor({ onStatus, onSignOfLife, onState }) {
    Object.assign(this, { onStatus, onSignOfLife, onState });
    this.state = "connecting";
    this.detail = null;
    this.lostAt = performance.now();
    this.heardAt = performance.now();
    this.retryAt = null;
    this.open();
    setInterval(() => this.watch(), 500);
  }

  open() {
    this.retryAt = null;
    this.heardAt = performance.now();
    this.source?.close();
    const source = new EventSource("/v1/events");
    this.source = source;
    source.addEventListener("status", (event) => {
      this.hear();
      this.onStatus(JSON.parse(event.data));
    });
    source.addEventListener("heartbeat", (event) => {
      this.hear();
      this.onSignOfLife(Date.parse(event.data));
    });
    source.addEventListener("error", () => this.lose(source));
  }

  hear() {
    this.heardAt = performance.now();
    this.lostAt = null;
    this.become("live", null);
  }

  lose(source) {
    if (source !== this.source) return;
    this.lostAt ??= performance.now();
    if (this.state === "live") this.become("reconnecting", null);
    if (source.readyState !== EventSource.CLOSED || this.retryAt !== null) return;
    this.retryAt = performance.now() + retryPause;
    this.askWhy();
  }

  /** An event source does not tell why it was refused; a plain request does. */
  async askWhy() {
    const cancel = new AbortController();
    try {
      const response = await fetch("/v1/events", { signal: cancel.signal });
      if (!response.ok) this.become(this.state, (await response.json()).detail);
    } catch {
      // The agent is not there at all, which the state says already.
    } finally {
      cancel.abort();
    }
  }

  watch() {
    const now = performance.now();
    if (this.retryAt !== null && now >= this.retryAt) this.open();
    if (now - this.heardAt > silenceLimit) {
      this.lostAt ??= this.heardAt;
      this.open();
    }
    if (this.lostAt === null) return;
    const isOffline = now - this.lostAt > offlineAfter;
    if (isOffline) this.become("offline", this.detail);
    else if (this.state === "live") this.become("reconnecting", null);
  }

  become(state, detail) {
    if (state === this.state && detail === this.detail) return;
    this.state = state;
    this.detail = detail;
    this.onState();
  }
}

/** Sends a command; gives the receipt, or throws an error whose message is for the operator. */
export async function send(method, path, body) {
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: body ? { "Content-Type": "application/json" } : {},
      body: body ? JSON.stringify(body) : undefined,
      signal: AbortSignal.timeout(10_000),
    });
  } catch {
    throw new Error(
      "The agent did not answer, so it is not known whether this was recorded. " +
        "Look at the station before you try again."
    );
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  const error = new Error(answer.detail ?? `The agent answered with status ${response.status}.`);
  error.problem = answer;
  throw error;
}
