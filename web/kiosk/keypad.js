/** The panel for student number and PIN: two fields, and digits to touch where there is no keyboard. */
import { h } from './element.js';

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0'];
const MOST = { number: 64, pin: 12 };

/** (state, kit) → nodes, as the other panels. */
export function keypad({ detail }, { t, send, enterPin }) {
  const number = field('pin-number', t('keypad.number'), { autocomplete: 'off', maxlength: MOST.number });
  const pin = field('pin-code', t('keypad.pin'), { type: 'password', inputmode: 'numeric', autocomplete: 'off', maxlength: MOST.pin });
  const fields = [number, pin].map((one) => one.querySelector('input'));
  const problem = h('p', { class: 'wrong', id: 'pin-problem', role: 'alert' }, detail.error && t(`keypad.${detail.error}`));
  let current = fields[0];
  fields.forEach((one) => one.addEventListener('focus', () => {
    current = one;
  }));

  const typed = (change) => {
    current.value = change(current.value).slice(0, current.maxLength);
    send({ type: 'TYPING' });
  };
  const key = (label, press, extra = {}) =>
    h('button', { type: 'button', class: 'key', onclick: press, onpointerdown: keepFocus, ...extra }, label);

  const form = h(
    'form',
    { class: 'keypad', novalidate: true, oninput: () => send({ type: 'TYPING' }), onsubmit: submit },
    h('div', { class: 'keypad-fields' }, number, pin, problem,
      h('div', { class: 'actions' },
        h('button', { class: 'button button-primary', id: 'pin-send' }, t('keypad.send')),
        h('button', { type: 'button', class: 'button button-quiet', onclick: () => send({ type: 'BACK' }) }, t('keypad.back')))),
    h('div', { class: 'keys', role: 'group', 'aria-label': t('keypad.digits') },
      DIGITS.map((digit) => key(digit, () => typed((text) => text + digit), digit === '0' ? { class: 'key key-zero' } : {})),
      key('⌫', () => typed((text) => text.slice(0, -1)), { 'aria-label': t('keypad.delete') })),
  );

  function submit(event) {
    event.preventDefault();
    const [given, secret] = fields.map((one) => one.value.trim());
    if (given && secret) return enterPin({ number: given, pin: secret });
    problem.textContent = t('keypad.missing');
    const missing = given ? fields[1] : fields[0];
    return missing.focus();
  }

  return [
    h('h1', { class: 'title title-small', id: 'title', tabindex: '-1' }, t('keypad.title')),
    h('p', { class: 'lead' }, t('keypad.code')),
    form,
  ];
}

/** A touched digit goes to the field that has the focus, and leaves it there. */
const keepFocus = (event) => event.preventDefault();

const field = (id, label, attributes) =>
  h('p', { class: 'field' }, h('label', { for: id }, label), h('input', { id, type: 'text', 'aria-describedby': 'pin-problem', ...attributes }));
