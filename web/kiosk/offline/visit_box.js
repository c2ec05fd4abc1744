/**
 * Keeps visits on the disk of the kiosk while the server is away: in IndexedDB, encrypted with AES-256-GCM under a key
 * that the browser made and never gives out (W3C Web Cryptography, `extractable: false`). What is too old is deleted;
 * with the last visit the key goes, too.
 */
import { pack, unpack } from './visit_record.js';

const VERSION = 1;
const KEY = 'visits';
const HOUR = 3_600_000;

export class VisitBox {
  /** @param {{name: string, indexedDB?: IDBFactory, crypto?: Crypto}} options name: of the database */
  constructor({ name, indexedDB = globalThis.indexedDB, crypto = globalThis.crypto }) {
    Object.assign(this, { name, indexedDB, crypto });
  }

  /**
   * Keeps one visit; it is on the disk when this resolves.
   * @param {object} visit with `nonce`, plain fields, and `frames` (Blob[])
   * @param {{now: number, hours: number, visits: number}} limits
   * @returns {Promise<number>} how many are kept now
   * @throws {RangeError} when there are as many as may be
   */
  async keep(visit, { now, hours, visits }) {
    if ((await this.sweep({ now, hours })) >= visits) throw new RangeError('no room for another visit');
    const key = await this.#key();
    const iv = this.crypto.getRandomValues(new Uint8Array(12));
    const additionalData = new TextEncoder().encode(visit.nonce);
    const sealed = await this.crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, key, await pack(visit));
    await this.#write('visits', (store) => store.put({ nonce: visit.nonce, at: now, iv, sealed }));
    return this.count();
  }

  /** Deletes what is older than `hours`. @returns {Promise<number>} how many are left */
  async sweep({ now, hours }) {
    const old = (await this.#all()).filter(({ at }) => now - at > hours * HOUR || at - now > hours * HOUR);
    for (const { nonce } of old) await this.remove(nonce);
    return this.count();
  }

  async count() {
    return this.#read('visits', (store) => store.count());
  }

  /** Nonces, oldest first. */
  async nonces() {
    return (await this.#all()).sort((one, other) => one.at - other.at).map(({ nonce }) => nonce);
  }

  /** @returns {Promise<object|null>} the visit with its frames; null when it cannot be opened any more */
  async open(nonce) {
    const kept = await this.#read('visits', (store) => store.get(nonce));
    if (!kept) return null;
    const additionalData = new TextEncoder().encode(nonce);
    try {
      const plain = await this.crypto.subtle.decrypt(
        { name: 'AES-GCM', iv: kept.iv, additionalData },
        await this.#key(),
        kept.sealed,
      );
      return unpack(plain);
    } catch (error) {
      if (error.name !== 'OperationError') throw error;
      return null; // sealed under a key that is gone
    }
  }

  async remove(nonce) {
    await this.#write('visits', (store) => store.delete(nonce));
    if ((await this.count()) === 0) await this.#write('keys', (store) => store.clear());
  }

  async #key() {
    const kept = await this.#read('keys', (store) => store.get(KEY));
    if (kept) return kept;
    const made = await this.crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
    await this.#write('keys', (store) => store.put(made, KEY));
    return made;
  }

  #all() {
    return this.#read('visits', (store) => store.getAll());
  }

  async #read(name, ask) {
    const database = await this.#open();
    return promised(ask(database.transaction(name).objectStore(name)));
  }

  async #write(name, change) {
    const database = await this.#open();
    const transaction = database.transaction(name, 'readwrite', { durability: 'strict' });
    change(transaction.objectStore(name));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
      transaction.onerror = () => reject(transaction.error);
    });
  }

  #open() {
    this.opened ??= new Promise((resolve, reject) => {
      const request = this.indexedDB.open(this.name, VERSION);
      request.onupgradeneeded = () => {
        request.result.createObjectStore('keys');
        request.result.createObjectStore('visits', { keyPath: 'nonce' });
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    return this.opened;
  }
}

const promised = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
