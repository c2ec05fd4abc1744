/** Five guided photos: looks at the camera's picture three times a second, and takes each photo when it fits. */
import { takeBurst } from '../../kiosk/burst.js';
import { Webcam } from '../../kiosk/camera.js';
import { Speech } from '../../kiosk/speech.js';
import { Ring } from './ring.js';
import { Sending } from './sending.js';
import { ShotList } from './shot_list.js';
import { Shutter } from './shutter.js';

const EVERY = 330; // ms from one look to the next, at least
const AFTER_TROUBLE = 1_000;
const REFUSAL_SHOWN = 2_500;
const LOOK = { frames: 1, longest: 480, quality: 0.8 };
const PHOTO = { frames: 1, longest: 1280, quality: 0.92 };
const IN_WORDS = new Set(['smile', 'glasses']); // nobody can see from here whether it is done
const ARROWS = { turn_left: 'left', turn_right: 'right', move_left: 'left', move_right: 'right', move_up: 'up', move_down: 'down', chin_down: 'down', chin_up: 'up' };

const root = document.querySelector('#wizard');
const words = JSON.parse(root.dataset.words);
const part = (name) => root.querySelector(`[data-part=${name}]`);
const buttons = [...root.querySelectorAll('[data-shot]')];
const buttonOf = (shot) => buttons.find((button) => button.dataset.shot === shot);

const list = new ShotList(
  buttons.map((button) => button.dataset.shot),
  buttons.filter((button) => button.dataset.taken === 'true').map((button) => button.dataset.shot),
);
const shutter = new Shutter();
const ring = new Ring(part('overlay'));
const sending = new Sending({
  checkUrl: root.dataset.check,
  photosUrl: root.dataset.photos,
  token: document.querySelector('meta[name=csrf-token]').content,
});
const speech = new Speech({ muted: true });
const camera = new Webcam({ video: root.querySelector('video'), onStatus: onCamera });

let taking = false;
let wanted = false; // the button was pressed
let told = '';

/** A hint is spoken and announced once, when it changes. */
function tell(text) {
  part('hint').textContent = text;
  if (text === told) return;
  told = text;
  part('said').textContent = text;
  speech.say(text, document.documentElement.lang);
}

function show() {
  const shot = list.current;
  for (const button of buttons) {
    const taken = list.isTaken(button.dataset.shot);
    button.dataset.taken = String(taken);
    button.querySelector('[data-act]').textContent = `, ${taken ? words.retake : words.choose}`;
    if (button.dataset.shot === shot) button.setAttribute('aria-current', 'step');
    else button.removeAttribute('aria-current');
  }
  part('now').hidden = shot === null;
  part('done').hidden = shot !== null;
  root.dataset.current = shot ?? '';
  if (shot === null) return finish();
  const { title, task } = buttonOf(shot).dataset;
  part('place').textContent = words.place.replace('%(num)s', list.place).replace('%(all)s', list.shots.length);
  root.querySelector('#wizard-title').textContent = title;
  part('task').textContent = task;
  if (camera.status === 'live') root.dataset.state = 'guiding';
  return undefined;
}

function finish() {
  root.dataset.state = 'finished';
  camera.stop();
  part('recognised').hidden = !list.shots.some((shot) => list.isTaken(shot));
  root.querySelector('#wizard-done-title').focus();
}

function step(change) {
  shutter.reset();
  change();
  part('refusal').hidden = true;
  show();
  if (list.current === null) return;
  speech.say(`${buttonOf(list.current).dataset.title}. ${buttonOf(list.current).dataset.task}`, document.documentElement.lang);
  if (!camera.wanted) start();
}

async function look() {
  const shot = list.current;
  const [frame] = await takeBurst(camera, LOOK);
  if (!frame || shot !== list.current || taking) return EVERY;
  const seen = wanted ? null : await sending.look(frame, shot);
  if (shot !== list.current || taking) return EVERY;
  if (wanted) return take(shot);
  if (typeof seen === 'string') {
    tell(words[seen]);
    return AFTER_TROUBLE;
  }
  const countsDown = IN_WORDS.has(shot);
  const { share, seconds, take: now } = shutter.see(seen.fits, performance.now(), countsDown);
  ring.draw(camera, seen.box, share);
  part('countdown').textContent = seconds ?? '';
  part('countdown').hidden = seconds === null;
  part('arrow').dataset.towards = ARROWS[seen.hint] ?? '';
  root.dataset.fits = String(seen.fits);
  tell(words.hints[seen.fits && countsDown ? `ready_${shot}` : seen.hint]);
  return now ? take(shot) : EVERY;
}

async function take(shot) {
  taking = true;
  wanted = false;
  root.dataset.state = 'taking';
  part('countdown').hidden = true;
  tell(words.checking);
  const [picture] = await takeBurst(camera, PHOTO);
  const outcome = picture ? await sending.photo(picture, shot) : 'failed';
  taking = false;
  const [photo] = outcome.photos ?? [];
  if (photo?.accepted) {
    keep(buttonOf(shot), picture);
    tell(words.taken.replace('%(shot)s', buttonOf(shot).dataset.title));
    if (shot === list.current) step(() => list.take());
    return EVERY;
  }
  part('refusal').textContent = photo?.message ?? words[outcome] ?? words.failed;
  part('refusal').hidden = false;
  root.dataset.state = 'guiding';
  return REFUSAL_SHOWN;
}

function keep(button, picture) {
  const image = document.createElement('img');
  image.alt = '';
  image.src = URL.createObjectURL(picture);
  button.querySelector('.wizard-thumb').replaceChildren(image);
}

/** One look at a time, until all is done. */
async function keepLooking() {
  while (list.current !== null && camera.wanted) {
    const begun = performance.now();
    const live = camera.status === 'live' && !document.hidden;
    const wait = live ? await look() : EVERY;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, wait - (performance.now() - begun))));
  }
}

function onCamera(status) {
  const fault = words.camera_faults[status] ?? '';
  part('camera-fault').textContent = fault;
  part('camera-fault').hidden = fault === '';
  part('upload').hidden = !['none', 'refused', 'insecure', 'busy'].includes(status);
  part('take').disabled = status !== 'live';
  if (status === 'live') {
    root.dataset.state = 'guiding';
    ring.draw(camera, null, 0);
  } else if (root.dataset.state !== 'finished') {
    root.dataset.state = fault && status !== 'prompt' ? 'no_camera' : 'starting';
  }
}

function start() {
  camera.start();
  keepLooking();
}

part('take').addEventListener('click', () => {
  wanted = true;
});
part('skip').addEventListener('click', () => step(() => list.skip()));
part('speak').addEventListener('click', () => {
  speech.setMuted(!speech.muted);
  part('speak').setAttribute('aria-pressed', String(!speech.muted));
});
for (const button of buttons) {
  button.addEventListener('click', () => step(() => list.choose(button.dataset.shot)));
}

show();
if (list.current !== null) start();
