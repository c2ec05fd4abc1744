/**
 * What this kiosk remembers: its session, camera, language, sound between starts; what was measured of this browser
 * until it is closed. Works without storage, too.
 */
const PREFIX = 'face-check-in.kiosk.';

export const recall = (name) => read(() => localStorage, name);
export const remember = (name, value) => write(() => localStorage, name, value);
export const recallForSession = (name) => read(() => sessionStorage, name);
export const rememberForSession = (name, value) => write(() => sessionStorage, name, value);

function read(storage, name) {
  try {
    return JSON.parse(storage().getItem(PREFIX + name));
  } catch {
    return null; // storage is forbidden, or holds something that is not ours
  }
}

function write(storage, name, value) {
  try {
    if (value === null) storage().removeItem(PREFIX + name);
    else storage().setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // private windows may refuse storage: the kiosk then asks again after a restart
  }
}
