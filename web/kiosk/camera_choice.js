/**
 * Which camera the kiosk looks through: a webcam or, when the demo class is there, the demo camera. Keeps exactly
 * one of them running, remembers the choice, and shows the dialog and the row of demo people.
 */
import { DemoCamera } from './demo_camera.js';
import { Webcam } from './camera.js';
import { h } from './element.js';
import { recall, remember } from './remembered.js';

const DEMO = 'demo';

export class CameraChoice {
  /** @param {{root: HTMLElement, texts: object, onStatus: Function, onChange: () => void, onLook: Function}} options */
  constructor({ root, texts, onStatus, onChange, onLook }) {
    this.root = root;
    this.texts = texts;
    this.onChange = onChange;
    this.people = [];
    this.person = null;
    this.chosen = recall('camera');
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.webcam = new Webcam({ video: this.#part('video'), onStatus: (status) => !this.demo && onStatus(status), onLook });
    this.demoCamera = new DemoCamera({
      canvas: this.#part('demo-canvas'),
      still,
      onStatus: (status) => this.demo && onStatus(status),
    });
    this.#part('camera-form').addEventListener('change', (event) => this.choose(event.target.value));
  }

  get demo() {
    return this.chosen === DEMO;
  }

  /** What the burst is taken from. */
  get source() {
    return this.demo ? this.demoCamera : this.webcam;
  }

  #part(id) {
    return this.root.querySelector(`#${id}`);
  }

  /** The demo people have come or gone with the demo class. */
  setPeople(people) {
    if (JSON.stringify(people) === JSON.stringify(this.people)) return;
    this.people = people;
    this.#part('people').replaceChildren(...people.map((person) => this.#face(person)));
    if (this.demo) this.start();
    else this.#show();
  }

  start() {
    if (this.demo && this.people.length > 0) return this.#play(this.people.find((p) => p.id === this.person?.id) ?? this.people[0]);
    if (this.demo && this.settled) this.chosen = null; // remembered from a demo class that is gone
    if (this.demo) return undefined;
    this.demoCamera.stop();
    this.#show();
    return this.webcam.start(this.chosen);
  }

  /** The server has been asked for demo people, so that their absence means something. */
  settle() {
    if (this.settled) return;
    this.settled = true;
    if (this.demo && this.people.length === 0) this.start();
  }

  /** @param {string} chosen a device id, '' for any webcam, or 'demo' */
  choose(chosen) {
    this.chosen = chosen || null;
    remember('camera', this.chosen);
    if (this.demo) this.webcam.stop();
    this.start();
  }

  async openDialog() {
    await this.list();
    this.#part('camera-dialog').showModal();
  }

  async list() {
    const { texts } = this;
    const devices = (await this.webcam.devices()).filter((device) => device.deviceId);
    const options = devices.map(({ deviceId, label }, index) => [
      deviceId,
      label || texts.t('camera.webcam', { number: index + 1 }),
    ]);
    if (options.length === 0) options.push(['', texts.t('camera.any')]);
    if (this.people.length > 0) options.push([DEMO, texts.t('camera.demo')]);
    const current = options.some(([value]) => value === this.chosen) ? this.chosen : options[0][0];
    this.#part('camera-form').replaceChildren(
      ...options.map(([value, label]) =>
        h('label', { class: 'option' }, h('input', { type: 'radio', name: 'camera', value, checked: value === current }), h('span', {}, label)),
      ),
    );
  }

  #face(person) {
    const picture = h('img', { src: person.pictures[0], alt: '', width: 72, height: 72, loading: 'lazy' });
    const press = () => this.#play(person);
    return h(
      'button',
      { type: 'button', class: 'person', 'data-person': person.id, 'aria-pressed': 'false', onclick: press },
      picture,
      h('span', {}, person.name),
    );
  }

  #play(person) {
    this.person = person;
    this.#show();
    return this.demoCamera.start(person);
  }

  #show() {
    this.#part('video').hidden = this.demo;
    this.#part('demo-canvas').hidden = !this.demo;
    this.#part('demo-row').hidden = !this.demo || this.people.length === 0;
    this.root.dataset.camera = this.demo ? 'demo' : 'webcam';
    this.root.querySelectorAll('.person').forEach((node) => {
      node.setAttribute('aria-pressed', String(node.dataset.person === String(this.person?.id)));
    });
    this.onChange();
  }
}
