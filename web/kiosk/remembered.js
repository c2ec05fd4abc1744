/** What this kiosk remembers between starts: its session, camera, language, sound. Works without storage, too. */
const PREFIX = 'face-check-in.kiosk.';

export function recall(name) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name));
  } catch {
    return null; // storage is forbidden, or holds something that is not ours
  }
}

export function remember(name, value) {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // private windows may refuse storage: the kiosk then asks again after a restart
  }
}
