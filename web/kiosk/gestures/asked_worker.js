/** A worker that is asked one thing at a time, and answers with one message or, while it works, several. */
export class AskedWorker {
  #worker;
  #waiting = null;

  /** @param {Worker} worker whose messages have a `type`; of type `failed` they carry a `message`, too */
  constructor(worker) {
    this.#worker = worker;
    worker.addEventListener('message', ({ data }) => this.#hear(data));
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.#hear({ type: 'failed', message: event.message || 'the worker did not start' });
    });
  }

  /**
   * Rejects when the worker failed, or said nothing for so long.
   * @param {object} message
   * @param {number} patience ms
   * @param {Transferable[]} transfer what is handed over
   * @returns {Promise<object>} the next message
   */
  ask(message, patience, transfer = []) {
    const answer = this.next(patience);
    this.#worker.postMessage(message, transfer);
    return answer;
  }

  /** The next message, to something that was asked before. @param {number} patience ms */
  next(patience) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#hear({ type: 'failed', message: `no answer in ${patience} ms` }), patience);
      this.#waiting = { resolve, reject, timer };
    });
  }

  /** Ends the worker; whoever waits hears of it. */
  close() {
    this.#worker.terminate();
    this.#hear({ type: 'failed', message: 'closed' });
  }

  #hear(data) {
    if (!this.#waiting) return;
    const { resolve, reject, timer } = this.#waiting;
    this.#waiting = null;
    clearTimeout(timer);
    if (data.type === 'failed') reject(new Error(data.message));
    else resolve(data);
  }
}
