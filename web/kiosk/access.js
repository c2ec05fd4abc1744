/**
 * What each visitor may need otherwise: captions of what is spoken, stronger contrast. Kept for this kiosk; without a
 * choice of their own, captions come where no voice speaks the language, and contrast follows the device.
 */
import { recall, remember } from './remembered.js';

const CAPTION_FOR = 7_000; // ms

export class Access {
  /** @param {{root: HTMLElement, html?: HTMLElement}} options */
  constructor({ root, html = document.documentElement }) {
    this.root = root;
    this.html = html;
    this.captions = recall('captions') ?? 'auto';
    this.contrast = recall('contrast') ?? 'auto';
    this.line = root.querySelector('#caption');
    this.dialog = root.querySelector('#access-dialog');
    this.#apply();
    this.dialog.addEventListener('change', ({ target }) => this.#choose(target));
  }

  open() {
    for (const box of this.dialog.querySelectorAll('input')) box.checked = this[box.name] === 'on';
    this.dialog.querySelector('[name=contrast]').checked = this.#strong();
    this.dialog.showModal();
  }

  /** @param {string} text that was to be said @param {{voiced: boolean, tag: string}} how voiced: a voice says it */
  caption(text, { voiced, tag }) {
    clearTimeout(this.hiding);
    const wanted = this.captions === 'on' || (this.captions === 'auto' && !voiced);
    this.line.textContent = wanted ? text : '';
    this.line.lang = tag;
    if (wanted) this.hiding = setTimeout(() => (this.line.textContent = ''), CAPTION_FOR);
  }

  #choose({ name, checked }) {
    this[name] = checked ? 'on' : 'off';
    remember(name, this[name]);
    this.#apply();
  }

  #strong() {
    return this.contrast === 'on' || (this.contrast === 'auto' && matchMedia('(prefers-contrast: more)').matches);
  }

  #apply() {
    this.html.dataset.contrast = this.contrast;
    if (this.captions === 'off') this.line.textContent = '';
  }
}
