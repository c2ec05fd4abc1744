/**
 * What the panel beside the camera picture shows, one function a state: (state, kit) → nodes.
 * `kit` holds the texts, `send` (an event to the machine) and what a screen may offer (demo camera, links).
 */
import { canClaim } from './claims.js';
import { h } from './element.js';
import { keypad } from './keypad.js';
import { usableSessions } from './rest.js';
import { cross, pose, ring, sign, success, turningHead } from './pictograms.js';

const title = (text, className = '') => h('h1', { class: `title ${className}`, id: 'title', tabindex: '-1' }, text);
const lead = (text) => h('p', { class: 'lead' }, text);
const note = (text) => h('p', { class: 'note' }, text);
const actions = (...buttons) => h('div', { class: 'actions' }, ...buttons);

function button(text, onclick, { kind = 'primary', id = null } = {}) {
  return h('button', { type: 'button', class: `button button-${kind}`, id, onclick }, text);
}

/** The way in without a face; QR codes are read without any button. */
const otherWays = (t, send) => button(t('other.open'), () => send({ type: 'KEYPAD' }), { kind: 'second', id: 'other-ways' });

/** A button pressed by the keyboard has a click count of 0 (W3C UI Events §3.5). */
const hand = ({ detail }) => ({ way: detail === 0 ? 'keyboard' : 'touch' });

/** While gestures start, their place is kept: nothing on the screen jumps when they are ready. */
const GESTURES_SHOWN = new Set(['starting', 'ready']);

/** What is said while a visit is sent again: a server with many at its door is there, one that is silent may not be. */
const again = ({ attempt, crowded }) => (attempt > 0 ? (crowded ? 'matching.crowded' : 'matching.again') : null);

export const PANELS = {
  starting: (state, { t }) => [title(t('starting.title')), lead(t('starting.text'))],

  waiting: ({ world }, { t, send, demoCamera, gestures }) => [
    world.server === 'away' && h('p', { class: 'away', role: 'status' }, t('waiting.away')),
    title(t('waiting.title')),
    lead(demoCamera ? t('waiting.demo') : GESTURES_SHOWN.has(gestures) ? t('waiting.stand') : t('waiting.text')),
    GESTURES_SHOWN.has(gestures) &&
      h('div', { class: 'gesture', 'data-ready': String(gestures === 'ready') }, pose('CAPTURE'), h('p', {}, t('waiting.gesture'))),
    actions(
      button(t('waiting.capture'), (event) => send({ type: 'CAPTURE', by: hand(event) }), { kind: 'huge', id: 'capture' }),
      otherWays(t, send),
    ),
    !demoCamera && note(t('waiting.codes')),
    gestures === 'unavailable' && note(t('waiting.no_gestures')),
  ],

  counting_down: (state, { t, send }) => [
    title(t('counting_down.title')),
    lead(t('counting_down.text')),
    actions(button(t('counting_down.cancel'), () => send({ type: 'BACK' }), { kind: 'quiet' })),
  ],

  challenging: ({ detail }, { t, send }) =>
    detail.kind
      ? [
          title(t(`challenging.${detail.kind}.title`)),
          lead(t('challenging.text')),
          turningHead(detail.kind === 'turn_left' ? 'left' : 'right'),
          actions(button(t('counting_down.cancel'), () => send({ type: 'BACK' }), { kind: 'quiet' })),
        ]
      : [title(t('matching.title')), lead(t('challenging.soon'))],

  matching: ({ detail }, { t }) => [
    title(t('matching.title')),
    lead(t(again(detail) ?? (detail.slow ? 'matching.slow' : 'matching.text'))),
    h('div', { class: 'waves', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')),
  ],

  keypad,

  claiming: ({ detail }, { t }) => [
    title(t('matching.title')),
    lead(t(again(detail) ?? `claiming.${detail.kind}`)),
    h('div', { class: 'waves', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')),
  ],

  confirming: ({ detail }, { t, send, gestures }) => [
    h('p', { class: 'question' }, t(detail.leaving ? 'confirming.leaving' : 'confirming.question')),
    title(detail.student.name, `name ${detail.student.name.length > 12 ? 'name-long' : ''}`),
    note(t('confirming.number', { number: detail.student.number })),
    h(
      'div',
      { class: 'answers', 'data-sent': detail.answer },
      answerButton('O', t('confirming.yes'), gestures === 'ready' ? pose('O') : ring(), detail.answer, send),
      answerButton('X', t('confirming.no'), gestures === 'ready' ? pose('X') : cross(), detail.answer, send),
    ),
    gestures === 'ready' && !detail.answer && note(t('confirming.gesture')),
    h('p', { class: 'note keyboard-only' }, t(detail.answer ? 'confirming.sending' : 'confirming.keys')),
  ],

  done: ({ detail, world }, { t, time, send }) => {
    const { time_zone: zone } = world.sessions.find((one) => one.id === world.chosen) ?? {};
    const at = detail.attendance?.left_at ?? detail.attendance?.recorded_at;
    return [
      detail.kind === 'kept' ? sign('clock') : success(),
      title(t(`done.${detail.kind}.title`, { name: detail.student?.name })),
      lead(t(`done.${detail.kind}.text`)),
      at && note(t('done.at', { time: time(at, zone) })),
      checkOut(detail, zone, { t, time }),
      actions(button(t('done.next'), () => send({ type: 'BACK' }), { kind: 'quiet' })),
    ];
  },

  retry: ({ detail }, { t, send }) => [
    sign(RETRY_SIGNS[detail.reason] ?? 'camera'),
    title(t(`retry.${detail.reason}.title`)),
    lead(t(`retry.${detail.reason}.text`)),
    detail.reason === 'low_quality' && hints(detail.problems, t),
    detail.reason === 'not_live' && detail.problems.some((problem) => t.has(`hint.${problem}`)) && hints(detail.problems, t),
    actions(
      button(t('retry.again'), (event) => send({ type: 'CAPTURE', by: hand(event) }), { id: 'capture' }),
      otherWays(t, send),
    ),
  ],

  fallback: ({ detail }, { t, send }) => [
    sign('question'),
    title(t(`fallback.${detail.kind}.title`)),
    lead(t(`fallback.${detail.kind}.text`)),
    h(
      'ol',
      { class: 'steps' },
      FALLBACK_STEPS[detail.kind].map((step) => h('li', {}, t(`fallback.${step}`))),
    ),
    actions(
      button(t('fallback.again'), (event) => send({ type: 'CAPTURE', by: hand(event) }), { id: 'capture' }),
      otherWays(t, send),
    ),
  ],

  choosing: ({ world }, { t, send }) => [
    title(t('choosing.title')),
    lead(t('choosing.text')),
    h(
      'ul',
      { class: 'choices' },
      usableSessions(world).map((session) =>
        h(
          'li',
          {},
          h(
            'button',
            { type: 'button', class: 'choice', onclick: () => send({ type: 'CHOOSE', session: session.id }) },
            h('strong', {}, session.course.name),
            h('span', {}, [session.course.code, session.title].filter(Boolean).join(' · ')),
          ),
        ),
      ),
    ),
  ],

  trouble: (state, kit) => {
    const { detail } = state;
    const { t, send, demoPeople, retryCamera, useDemo } = kit;
    if (ASKS_TO_BE_PAIRED.has(detail.kind)) return pairing(detail.kind, kit);
    const ofCamera = detail.kind.startsWith('camera_');
    return [
      sign(TROUBLE_SIGNS[detail.kind] ?? 'camera_off'),
      title(t(`trouble.${detail.kind}.title`)),
      lead(t(`trouble.${detail.kind}.text`)),
      ofCamera && demoPeople && note(t('trouble.use_demo_text')),
      !demoPeople && detail.kind !== 'camera_prompt' && note(t('trouble.help')),
      actions(
        ofCamera && demoPeople && button(t('trouble.use_demo'), useDemo, { id: 'use-demo' }),
        RETRIABLE.has(detail.kind) && button(t('trouble.retry'), retryCamera, { kind: demoPeople ? 'second' : 'primary' }),
        ofCamera && canClaim(state) && otherWays(t, send),
        detail.kind === 'session_not_open' &&
          button(t('trouble.change_session'), () => send({ type: 'CHANGE_SESSION' })),
      ),
    ];
  },
};

/** Screens with a code that an instructor accepts elsewhere. */
export const ASKS_TO_BE_PAIRED = new Set(['not_paired', 'revoked']);

/** Digits one by one, so that a screen reader says them so and nobody takes them for a number. */
function pairing(kind, { t, links, code }) {
  const digits = code ? [...code] : [];
  return [
    title(t(`trouble.${kind}.title`)),
    lead(t(`trouble.${kind}.text`)),
    h(
      'p',
      { class: 'code', id: 'pairing-code', 'data-code': code, 'aria-label': code ? `${t('pairing.code')}: ${digits.join(' ')}` : t('pairing.wait'), role: 'img' },
      digits.length > 0 ? digits.map((digit) => h('span', {}, digit)) : h('span', { class: 'code-wait' }, '······'),
    ),
    note(t('pairing.changes')),
    actions(h('a', { class: 'button button-quiet', href: links.pair }, t('trouble.pair'))),
  ];
}

const RETRIABLE = new Set(['camera_refused', 'camera_none', 'camera_busy', 'camera_lost', 'camera_frozen']);

const RETRY_SIGNS = {
  no_face: 'face',
  several_faces: 'several',
  low_quality: 'light',
  not_live: 'face',
  session_closed: 'door',
  code_unknown: 'code',
  code_expired: 'clock',
  code_used: 'clock',
  no_frames: 'camera_off',
  not_recorded: 'server',
  not_kept: 'server',
  answer_expired: 'clock',
  server_error: 'server',
};

const TROUBLE_SIGNS = {
  server_away: 'server',
  no_session: 'door',
  session_not_open: 'door',
  camera_prompt: 'camera',
  camera_insecure: 'lock',
};

export const FALLBACK_STEPS = {
  unknown: ['step_try', 'step_other', 'step_instructor'],
  not_on_roster: ['step_class', 'step_instructor'],
  not_me: ['step_try', 'step_other', 'step_instructor'],
  many_tries: ['step_other', 'step_instructor'],
};

/** One hint a problem that the server found; a general one when it found none that we have words for. */
export function hintKeys(problems, has) {
  const known = problems.map((problem) => `hint.${problem}`).filter(has);
  return known.length > 0 ? [...new Set(known)].slice(0, 3) : ['hint.other'];
}

/** Where students check out: that they come by once more, and from when on. */
function checkOut({ attendance }, zone, { t, time }) {
  const { check_out_from: from, left_at: left, status } = attendance ?? {};
  return from && !left && status !== 'absent' && note(t('done.check_out', { time: time(from, zone) }));
}

const hints = (problems, t) =>
  h('ul', { class: 'hints' }, hintKeys(problems, t.has).map((key) => h('li', {}, t(key))));

function answerButton(letter, text, drawing, given, send) {
  return h(
    'button',
    {
      type: 'button',
      class: `answer answer-${letter.toLowerCase()}`,
      id: `answer-${letter.toLowerCase()}`,
      disabled: given !== null,
      'aria-pressed': String(given === letter),
      'aria-keyshortcuts': letter,
      onclick: (event) => send({ type: letter, by: hand(event) }),
    },
    drawing,
    h('span', {}, text),
  );
}
