/** Starts the kiosk: wires camera, network, speech and screen to the state machine. */
import recordings from 'virtual:recordings';

import { Access } from './access.js';
import { Awake } from './awake.js';
import { Clock } from './clock.js';
import { takeBurst } from './burst.js';
import { CameraChoice } from './camera_choice.js';
import { CHALLENGE } from './challenges.js';
import { canClaim } from './claims.js';
import { CodeReader } from './codes/code_reader.js';
import { Gestures } from './gestures/gestures.js';
import { Texts, chooseLocale } from './i18n.js';
import { intentOf } from './keys.js';
import { initial, step } from './machine.js';
import { Network } from './network.js';
import { newNonce } from './nonce.js';
import { Delivery } from './offline/delivery.js';
import { register } from './offline/register.js';
import { VisitBox } from './offline/visit_box.js';
import { Pairing } from './pairing.js';
import { recall, remember } from './remembered.js';
import { Screen } from './screen.js';
import { Speech } from './speech.js';

const ASK_EVERY = { ok: 5_000, away: 2_500 }; // ms between questions to the server for its open sessions
const RESTING = new Set(['starting', 'waiting', 'choosing', 'trouble']);

const root = document.querySelector('#kiosk');
const { apiRoot, locale: offered, pairUrl, poseNet, gestureHead, worker, page, version } = document.body.dataset;
const query = new URLSearchParams(location.search);
const pinned = Number.parseInt(query.get('session'), 10) || null;

const texts = new Texts(chooseLocale(query.get('lang') ?? recall('locale') ?? offered));
const speech = new Speech({
  muted: recall('muted') ?? false,
  recording: (key, tag) => {
    const name = recordings[tag.slice(0, 2)]?.[key];
    return name ? new URL(name, import.meta.url).href : null;
  },
});
const access = new Access({ root });
const clock = new Clock({ offset: recall('clock') });
const now = () => clock.iso();
const awake = new Awake({ root, onWake: () => ask() });
const network = new Network({ root: apiRoot, locale: () => texts.locale, onTime: heardTime });
const box = new VisitBox({ name: `face-check-in ${page}` });
const delivery = new Delivery({ box, network, clock, onCount: (count) => send({ type: 'KEPT_COUNT', count }) });

let state = initial({
  session: pinned ?? recall('session'),
  pinned: pinned !== null,
  pairing: query.has('pair'),
  known: recall('known'),
});
let frames = [];
let asked = []; // of the challenge
let asking = null;

function send(event) {
  const next = step(state, event);
  if (next.state.turn !== state.turn) awake.stir();
  state = next.state;
  show();
  next.effects.forEach((effect) => EFFECTS[effect.type](effect));
}

const EFFECTS = {
  after: ({ ms, event }) => setTimeout(send, ms, event),
  say: ({ key, values }) => {
    const text = texts.t(key, values);
    access.caption(text, { voiced: speech.say(text, texts.tag, key), tag: texts.tag });
  },
  remember: ({ session }) => remember('session', session),
  refresh: () => ask(),
  forget: () => {
    frames = [];
    asked = [];
  },
  capture: async () => {
    const { turn } = state;
    const capturedAt = now();
    const bodies = [];
    const onShot = () => bodies.push(gestures.body());
    frames = await takeBurst(cameras.source, { onShot }).catch(reportAndTakeNone);
    send(frames.length > 0 ? { type: 'CAPTURED', turn, nonce: newNonce(), capturedAt, bodies: bodies.some(Boolean) ? bodies : null } : { type: 'CAPTURE_FAILED', turn });
  },
  ask_challenge: async (visit) => send(await network.challenge(visit)),
  watch: async ({ nonce }) => {
    const { frames: count, seconds } = CHALLENGE;
    const seen = await takeBurst(cameras.source, { frames: count, gap: (seconds * 1000) / count, quality: 0.85 }).catch(reportAndTakeNone);
    if (nonce !== state.detail.nonce) return; // the visitor has left
    asked = seen;
    send({ type: 'WATCHED', nonce });
  },
  submit: async (visit) => send(await network.submit({ ...visit, frames, asked })),
  claim: async (claim) => send(await network.claim(claim)),
  keep: ({ visit }) => keep(visit),
  answer: async (given) => send(await network.answer(given)),
};

/** Keeps a visit on this machine; what cannot be kept is said, never lost in silence. */
async function keep(visit) {
  const { nonce } = visit;
  try {
    const kept = { ...visit, clockKnown: clock.known, frames: visit.kind === 'face' ? frames : [] };
    const count = await box.keep(kept, { now: clock.now(), ...state.world.keeping });
    send({ type: 'KEPT', nonce, count });
  } catch (error) {
    console.error('the visit could not be kept', error);
    send({ type: 'KEEP_FAILED', nonce });
  }
}

/** The server has said what time it is. */
function heardTime(seen) {
  if (clock.see(seen)) remember('clock', clock.offset);
  root.dataset.clock = clock.wrong ? 'corrected' : 'right';
}

/** A burst that fails is shown as a fault of the camera, never as an empty picture. */
function reportAndTakeNone(error) {
  console.error('the burst failed', error);
  return [];
}

const cameras = new CameraChoice({
  root,
  texts,
  onStatus: (status) => send({ type: 'CAMERA', status }),
  onChange: () => show(),
  onLook: (rgba) => awake.see(rgba),
});

const screen = new Screen({
  root,
  texts,
  kit: {
    send,
    now,
    enterPin: (entered) => send({ type: 'PIN', ...entered, nonce: newNonce(), capturedAt: now() }),
    links: { pair: pairUrl },
    retryCamera: () => cameras.start(),
    useDemo: () => cameras.choose('demo'),
  },
});

const absolute = (url) => new URL(url, document.baseURI).href;
const gestures = new Gestures({
  root,
  addresses: { poseNet: absolute(poseNet), head: absolute(gestureHead) },
  source: () => cameras.source,
  send,
  onChange: () => show(),
});

const codes = new CodeReader({
  source: () => cameras.source,
  onCode: (code) => send({ type: 'CODE', code, nonce: newNonce(), capturedAt: now() }),
});
const pairing = new Pairing({ network, onCode: () => show(), onPaired: () => ask() });

/** The demo camera plays portraits: nobody there could raise an arm. */
function show() {
  const facts = { demoCamera: cameras.demo, demoPeople: cameras.people.length > 0, gestures: gestures.status, code: pairing.code };
  screen.render(state, facts);
  pairing.follow(state);
  codes.follow(canClaim(state) && state.world.camera === 'live' && !cameras.demo);
  gestures.follow(state, { able: state.world.camera === 'live' && !cameras.demo });
}

/** Asks the server what is open; again after a while, sooner while it is away. */
async function ask() {
  clearTimeout(asking);
  const event = await network.status();
  if (event.status === 'ok') cameras.setPeople(event.kiosk.demo ? await network.demoPeople() : []);
  if (event.status === 'ok') cameras.settle();
  if (event.status === 'ok' && RESTING.has(state.name)) gestures.use(absolute(event.kiosk.gesture_head));
  if (event.status === 'ok') learn(event.kiosk);
  send(event);
  clearTimeout(asking);
  asking = setTimeout(ask, ASK_EVERY[event.status]);
}

/** What is needed to start without the server; and what was kept goes to it now. */
function learn({ paired, sessions, keeping, version: newest }) {
  remember('known', paired ? { paired, sessions, keeping } : null);
  if (paired && keeping && state.world.kept > 0) delivery.deliver(keeping);
  if (newest !== version && state.name === 'waiting' && state.world.server === 'ok') location.reload();
}

function setLocale(locale) {
  texts.locale = locale;
  remember('locale', locale);
  show();
  screen.tools({ muted: speech.muted });
}

function setMuted(muted) {
  speech.setMuted(muted);
  remember('muted', muted);
  screen.tools({ muted });
}

screen.part('tool-language').addEventListener('click', () => setLocale(texts.other));
screen.part('tool-sound').addEventListener('click', () => setMuted(!speech.muted));
screen.part('tool-access').addEventListener('click', () => access.open());
screen.part('tool-camera').addEventListener('click', () => cameras.openDialog());
screen.part('class').addEventListener('click', () => send({ type: 'CHANGE_SESSION' }));
document.addEventListener('keydown', (event) => {
  const type = intentOf(event, state.name);
  if (!type) return;
  event.preventDefault();
  send({ type, by: { way: 'keyboard' } });
});
document.addEventListener('visibilitychange', () => !document.hidden && RESTING.has(state.name) && ask());
addEventListener('online', ask);

screen.tools({ muted: speech.muted });
show();
cameras.start();
box
  .count()
  .then((count) => send({ type: 'KEPT_COUNT', count }))
  .catch((error) => console.warn('no visits can be kept in this browser', error))
  .then(ask);
register(worker);
