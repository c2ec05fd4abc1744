/** Shows the machine's state: the frame around (bar, stage, live region) and, in it, the panel of the state. */
import { h } from './element.js';
import { session } from './machine.js';
import { PANELS } from './panels.js';
import { tool } from './pictograms.js';

/** States in which the camera picture matters; in the others it stays, calmer. */
const AIMING = new Set(['waiting', 'counting_down', 'challenging', 'matching', 'retry']);
/** States in which no picture is shown, even if there is one: it would suggest that checking in works. */
const BLANK = new Set(['starting', 'trouble']);

export class Screen {
  /** @param {{root: HTMLElement, texts: import('./i18n.js').Texts, kit: object}} options */
  constructor({ root, texts, kit }) {
    this.root = root;
    this.texts = texts;
    this.kit = { ...kit, t: Object.assign((key, values) => texts.t(key, values), { has: (key) => texts.has(key) }) };
    this.kit.time = (iso, zone) => texts.time(iso, zone);
    this.panel = this.part('panel');
    this.shown = null;
    this.clock = setInterval(() => this.#tellTime(), 5_000);
  }

  part(id) {
    return this.root.querySelector(`#${id}`);
  }

  /** Draws `state`; does nothing when it looks as before. `facts` are what panels need beside the state. */
  render(state, facts) {
    Object.assign(this.kit, facts);
    const { locale } = this.texts;
    const look = JSON.stringify([locale, state.name, state.detail, state.world, facts]);
    if (look === this.shown) return;
    this.shown = look;
    const entered = state.name !== this.root.dataset.state || state.detail.kind !== this.kind;
    this.kind = state.detail.kind;
    this.root.dataset.state = state.name;
    this.root.dataset.kind = state.detail.kind ?? state.detail.reason ?? '';
    this.root.dataset.aiming = String(AIMING.has(state.name));
    this.root.dataset.picture = String(state.world.camera === 'live' && !BLANK.has(state.name));
    this.#frame(state);
    this.#panel(state, entered);
  }

  #panel(state, entered) {
    const focused = this.panel.contains(document.activeElement) ? document.activeElement.id : null;
    const nodes = PANELS[state.name](state, this.kit).filter(Boolean);
    const inner = h('div', { class: `panel-inner ${entered ? 'entering' : ''}` }, nodes);
    const typed = entered ? [] : [...this.panel.querySelectorAll('input')].map(({ id, value }) => [id, value]);
    this.panel.replaceChildren(inner);
    for (const [id, value] of typed) {
      const field = this.panel.querySelector(`#${CSS.escape(id)}`);
      if (field) field.value = value;
    }
    const heir = (focused && this.panel.querySelector(`#${CSS.escape(focused)}`)) || (entered && this.#heading());
    if (heir) heir.focus({ preventScroll: true });
    if (entered) this.#announce(inner);
  }

  /** The heading gets the focus, never a button: a second press of the space bar must not answer a question. */
  #heading() {
    const elsewhere = document.activeElement !== document.body && document.activeElement !== null;
    return elsewhere ? null : this.panel.querySelector('#title');
  }

  /** A focused heading is read out anyway; the live region says what else is new. */
  #announce(inner) {
    const words = Array.from(inner.querySelectorAll('.question, .title, .lead, .hints li, .steps li'));
    const unread = words.filter((node) => node !== document.activeElement);
    this.part('announcement').textContent = unread.map((node) => node.textContent).join(' ');
  }

  #frame(state) {
    document.documentElement.lang = this.texts.tag;
    const here = session(state);
    document.title = [this.texts.t('brand'), here?.course.name].filter(Boolean).join(' – ');
    const name = this.part('class');
    const able = state.world.sessions.length > 1;
    name.hidden = !here;
    name.disabled = !able;
    name.replaceChildren(
      ...(here ? [h('strong', {}, here.course.name), h('span', {}, [here.course.code, here.title].filter(Boolean).join(' · '))] : []),
    );
    name.title = able ? this.texts.t('controls.session') : '';
    this.part('demo-badge').hidden = !here?.is_demo;
    this.part('count').textContent = state.name === 'counting_down' && state.detail.left > 0 ? state.detail.left : '';
    this.root.querySelectorAll('[data-text]').forEach((node) => {
      node.textContent = this.texts.t(node.dataset.text);
    });
    this.root.querySelectorAll('[data-label]').forEach((node) => {
      node.setAttribute('aria-label', this.texts.t(node.dataset.label));
    });
    this.part('tool-language').lang = this.texts.other;
    this.#tellTime(here?.time_zone);
  }

  /** The state of the sound and camera buttons, which the machine knows nothing of. */
  tools({ muted }) {
    const sound = this.part('tool-sound');
    sound.dataset.label = muted ? 'controls.sound_off' : 'controls.sound_on';
    sound.setAttribute('aria-label', this.texts.t(sound.dataset.label));
    sound.replaceChildren(tool(muted ? 'mute' : 'sound'));
    this.part('tool-access').replaceChildren(tool('access'));
    this.part('tool-camera').replaceChildren(tool('camera'));
  }

  #tellTime(zone = this.zone) {
    this.zone = zone;
    this.part('clock').textContent = this.texts.time(this.kit.now(), zone);
  }
}
