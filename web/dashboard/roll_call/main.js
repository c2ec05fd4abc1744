/** The roll-call page: a running picture with names in it, and a picture of it for the roll-call. */
import { Webcam } from '../../kiosk/camera.js';
import { drawFaces } from './face_boxes.js';
import { RoomWatch } from './room_watch.js';

const page = document.querySelector('#roll-call');
const words = JSON.parse(page.dataset.words);
const apiRoot = document.body.dataset.apiRoot;
const token = document.querySelector('meta[name=csrf-token]').content;
const find = (selector) => page.querySelector(selector);
const stage = find('#live-room');
const video = stage.querySelector('video');
const boxes = stage.querySelector('svg');
const card = find('#live-student');
const buttons = { start: find('#camera-start'), take: find('#camera-take'), stop: find('#camera-stop') };

const camera = new Webcam({ video, onStatus: showStatus });
const watch = new RoomWatch({
  camera: video,
  ask: (picture) => post('/roll-calls', { session_id: page.dataset.session, live: 'true' }, picture),
  onSeen: showSeen,
  onTrouble: () => say(words.failed),
});

function say(text) {
  find('#live-status').textContent = text;
}

function showStatus(status) {
  const live = status === 'live';
  const failed = ['none', 'refused', 'insecure', 'busy'].includes(status);
  find('#camera-fault').hidden = !failed;
  find('#camera-fault').textContent = failed ? words.no_camera : '';
  stage.hidden = !live;
  buttons.start.hidden = live;
  buttons.take.hidden = !live;
  buttons.stop.hidden = !live;
  if (live) watch.start();
  else watch.stop();
}

function showSeen(seen) {
  drawFaces(boxes, seen, { words, onChoose: showStudent });
  const names = seen.faces.filter((face) => face.student).map((face) => face.student.name);
  say(names.length ? `${words.seen}: ${names.join(', ')}` : words.nobody);
}

function showStudent({ student, status }) {
  card.hidden = false;
  card.querySelector('h3').textContent = student.name;
  card.querySelector('p').textContent = student.number;
  const button = card.querySelector('button');
  button.disabled = status === 'present' || status === 'late';
  button.textContent = button.disabled ? words.marked : words.mark;
  button.onclick = async () => {
    const answer = await fetch(`${apiRoot}/sessions/${page.dataset.session}/attendance/${student.id}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-CSRFToken': token },
      body: JSON.stringify({ status: 'present' }),
    }).catch(() => null);
    button.disabled = Boolean(answer?.ok);
    button.textContent = answer?.ok ? words.marked : words.mark;
    if (!answer?.ok) say(words.failed);
  };
  button.focus();
}

async function post(path, fields, picture) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  body.append('picture', picture, 'room.jpg');
  const answer = await fetch(apiRoot + path, {
    method: 'POST',
    headers: { 'X-CSRFToken': token },
    body,
    signal: AbortSignal.timeout(15_000),
  });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}

buttons.start.addEventListener('click', () => camera.start());
buttons.stop.addEventListener('click', () => {
  camera.stop();
  card.hidden = true;
  showStatus('stopped');
});
buttons.take.addEventListener('click', async () => {
  const form = find('#room-form');
  const files = new DataTransfer();
  files.items.add(new File([await watch.picture(0.92)], 'room.jpg', { type: 'image/jpeg' }));
  form.querySelector('input[type=file]').files = files.files;
  form.requestSubmit();
});

// A box in the picture leads to its line in the list, and the line shows which box it is.
for (const box of page.querySelectorAll('[data-spot]')) {
  const line = find(`#spot-${box.dataset.spot}`);
  if (!line) continue;
  const mark = (on) => () => box.classList.toggle('box-chosen', on);
  for (const type of ['mouseenter', 'focusin']) line.addEventListener(type, mark(true));
  for (const type of ['mouseleave', 'focusout']) line.addEventListener(type, mark(false));
  box.addEventListener('click', (event) => {
    event.preventDefault();
    line.scrollIntoView({ block: 'center' });
    line.querySelector('input, select').focus();
  });
  line.querySelector('input, select').addEventListener('change', ({ target }) => {
    box.classList.toggle('box-off', target.type === 'checkbox' && !target.checked);
  });
}
