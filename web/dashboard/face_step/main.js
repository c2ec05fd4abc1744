/** The second step by camera: shows the picture, says what to do, and goes on when the server knows its owner. */
import { takeBurst } from '../../kiosk/burst.js';
import { Webcam } from '../../kiosk/camera.js';
import { FaceTry } from './face_try.js';

const root = document.querySelector('#face-step');
const words = JSON.parse(root.dataset.words);
const part = (name) => root.querySelector(`[data-part=${name}]`);
const camera = new Webcam({ video: root.querySelector('video'), onStatus: onCamera });

let trying = false;
let resting = false;

function tell(text) {
  part('hint').textContent = text;
  part('said').textContent = text;
}

function refuse(text) {
  part('refusal').textContent = text;
  part('refusal').hidden = text === '';
}

function show(state, text) {
  root.dataset.state = state;
  part('start').disabled = trying || resting || camera.status !== 'live';
  tell(text);
}

function onCamera(status) {
  if (trying) return;
  const fault = words.camera_faults[status] ?? '';
  refuse(fault);
  show(status === 'live' ? 'ready' : 'starting', status === 'live' ? words.ready : '');
}

const one = new FaceTry({
  challengeUrl: root.dataset.challenge,
  tryUrl: root.dataset.try,
  token: document.querySelector('meta[name=csrf-token]').content,
  take: (how) => takeBurst(camera, how),
  onAsked: (kind) => {
    part('arrow').dataset.towards = kind === 'turn_left' ? 'left' : 'right';
    show('challenging', words[kind]);
  },
  onSending: () => {
    part('arrow').dataset.towards = '';
    show('checking', words.checking);
  },
});

part('start').addEventListener('click', async () => {
  trying = true;
  refuse('');
  show('looking', words.looking);
  const { next, message, left, fault } = await one.run();
  if (next) {
    camera.stop();
    location.assign(next);
    return;
  }
  trying = false;
  resting = left === 0 || fault === 'over';
  part('arrow').dataset.towards = '';
  show('ready', resting ? '' : words.ready);
  refuse(message ?? words[fault]);
  if (!resting) part('start').focus();
});

camera.start();
