/** The page that teaches gestures: record, learn, try, save. Pictures stay in this page; nothing of them is sent. */
import { exportFiles } from './export_files.js';
import { LABELS } from './head_shape.js';
import { LearningCurve } from './learning_curve.js';
import { Pictures } from './pictures.js';
import { Recording } from './recording.js';
import { download, save } from './saving.js';
import { split } from './split.js';
import { Stage } from './stage.js';
import { Teacher } from './teacher.js';
import { Trial } from './trial.js';

const root = document.querySelector('#teach');
const words = JSON.parse(root.dataset.words);
const part = (name) => root.querySelector(`#teach-${name}`);
const token = document.querySelector('meta[name=csrf-token]').content;
const percent = (share) => `${Math.round(share * 100)} %`;

let teacher = null;
let stage = null;
let state = 'starting'; // recording, training, taught, failed
let stale = false; // pictures have changed since it was taught

const curve = new LearningCurve(part('curve'));
const trial = new Trial(part('trial'));
const pictures = new Pictures({
  root,
  words,
  onForget: (ids) => teacher?.forget(ids),
  onChange: () => changed(),
});
const recording = new Recording({ root, onBegin, onEnd, onCountdown });

function show(next) {
  state = next;
  root.dataset.state = state;
  refresh();
}

function changed() {
  stale = true;
  refresh();
}

/** What can be pressed follows from what there is. */
function refresh() {
  const ready = state === 'recording' || state === 'taught';
  root.querySelectorAll('.teach-hold, .teach-timer, .teach-clear, .teach-thumbnail').forEach((button) => {
    button.disabled = !ready;
  });
  part('train').disabled = !ready || !pictures.enough;
  part('needs').hidden = pictures.enough;
  for (const name of ['save', 'download']) part(name).disabled = state !== 'taught';
  part('stale').hidden = state !== 'taught' || !stale;
}

function say(name) {
  part('status').textContent = words[name] ?? '';
  part('status').hidden = !words[name];
}

function onBegin(gesture, burst) {
  root.dataset.recording = gesture;
  stage.record(LABELS.indexOf(gesture), (thumbnail) => pictures.add(gesture, burst, thumbnail));
}

function onEnd() {
  delete root.dataset.recording;
  stage.endRecording();
}

function onCountdown(seconds) {
  part('countdown').textContent = seconds === null ? '' : String(seconds);
  part('countdown').hidden = seconds === null;
}

function onLook(look) {
  root.dataset.framed = String(look.framed);
  say(look.framed ? '' : 'not_framed');
  if (state === 'taught') trial.show(look);
}

async function train() {
  recording.end();
  show('training');
  stage.pause();
  const bar = part('progress');
  bar.hidden = false;
  bar.value = 0;
  curve.begin();
  part('figures').hidden = false;
  const parts = split(pictures.samples);
  let last = null;
  try {
    await teacher.train({ ...parts, labels: LABELS.length }, (progress) => {
      last = progress;
      bar.max = progress.of;
      bar.value = progress.epoch;
      curve.add(progress);
      const heldOut = progress.heldOutAccuracy;
      part('result').textContent = words.epoch
        .replace('%(training)s', percent(progress.accuracy))
        .replace('%(held_out)s', heldOut === undefined ? '–' : percent(heldOut));
    });
  } catch (error) {
    return fail(error);
  }
  root.dataset.heldOut = last.heldOutAccuracy?.toFixed(3) ?? '';
  part('split').textContent = parts.whole ? words.split_whole : words.split_end;
  stale = false;
  show('taught');
  stage.resume();
  part('trial').scrollIntoView({ behavior: 'smooth', block: 'nearest' });
  return undefined;
}

async function files() {
  const { kernel1, bias1, kernel2 } = await teacher.weights();
  const name = part('name').value.trim() || words.name;
  return { name, files: exportFiles({ weights: { kernel1, bias1, kernel2 }, labels: LABELS, name, madeAt: new Date().toISOString() }) };
}

async function onSave(event) {
  event.preventDefault();
  part('save').disabled = true;
  const taught = await files();
  const target = part('target').value;
  const { action } = part('form');
  const outcome = await save(taught.files, { action, name: taught.name, target, token });
  refresh();
  const told = part('saved');
  told.hidden = false;
  told.dataset.ok = String(outcome.ok);
  told.querySelector('span').textContent = outcome.ok ? words.saved : (outcome.message ?? words.not_saved);
  const link = told.querySelector('a');
  link.hidden = !outcome.ok;
  if (outcome.ok) link.href = outcome.url;
}

function fail(error) {
  console.error('teaching has stopped', error);
  show('failed');
  say('failed');
}

async function listCameras() {
  const devices = (await stage.camera.devices()).filter((device) => device.deviceId);
  const choice = part('camera');
  choice.replaceChildren(...devices.map(({ deviceId, label }, index) => new Option(label || `${words.camera} ${index + 1}`, deviceId)));
  choice.closest('label').hidden = devices.length < 2;
}

function onCamera(status) {
  root.dataset.camera = status;
  part('camera-fault').textContent = words.camera_faults[status] ?? '';
  part('camera-fault').hidden = !(status in words.camera_faults);
  if (status === 'live') listCameras();
}

async function start() {
  try {
    teacher = await Teacher.start(new URL(root.dataset.poseNet, document.baseURI).href);
  } catch (error) {
    return fail(error);
  }
  root.dataset.backend = teacher.backend;
  stage = new Stage({ root: part('stage'), teacher, onCamera, onLook, onFault: fail });
  part('train').addEventListener('click', train);
  part('form').addEventListener('submit', onSave);
  part('download').addEventListener('click', async () => {
    const taught = await files();
    download(taught.files, taught.name);
  });
  part('camera').addEventListener('change', (event) => stage.start(event.target.value));
  show('recording');
  return stage.start();
}

refresh();
start();
