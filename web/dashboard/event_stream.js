/**
 * Server-sent events that survive everything: a lost network, a restarted server, an ended stream.
 *
 * The browser's EventSource reconnects by itself after a network failure and names the last event it saw. After an
 * HTTP error it gives up for good; then a new one is opened here, which asks for the events after the last seen one.
 * Nothing is lost and nothing is handled twice.
 */
const BACK_OFF_MS = [1_000, 2_000, 4_000, 8_000, 15_000];

export class EventStream {
  /**
   * @param {{url: string, after: number, onEvent: (type: string, data: object) => void,
   *   onState: (state: 'live'|'reconnecting') => void, types: string[], Source?: typeof EventSource}} options
   *   url: of the stream, with its query; after: the id of the last event that is known already
   */
  constructor({ url, after, onEvent, onState, types, Source = globalThis.EventSource }) {
    Object.assign(this, { url, after, onEvent, onState, types, Source });
    this.failures = 0;
    this.open();
  }

  open() {
    clearTimeout(this.timer);
    this.source?.close();
    const source = new this.Source(`${this.url}&last_event_id=${this.after}`);
    this.source = source;
    source.onopen = () => {
      this.failures = 0;
      this.onState('live');
    };
    source.onerror = () => {
      this.onState('reconnecting');
      if (source.readyState !== 2) return; // still trying by itself
      const wait = BACK_OFF_MS[Math.min(this.failures, BACK_OFF_MS.length - 1)];
      this.failures += 1;
      this.timer = setTimeout(() => this.open(), wait);
    };
    for (const type of this.types) source.addEventListener(type, (message) => this.#take(type, message));
  }

  close() {
    clearTimeout(this.timer);
    this.source.close();
  }

  #take(type, message) {
    const id = Number(message.lastEventId);
    if (id <= this.after) return;
    this.after = id;
    this.onEvent(type, JSON.parse(message.data));
  }
}
