/** The student's rotating QR code: fetched anew as soon as the one on the screen is over. */
const AGAIN_AFTER = 2_000; // ms, when the server did not answer

export function myCode(root) {
  if (!root) return;
  const picture = root.querySelector('img');
  const rest = root.querySelector('progress');
  const status = root.querySelector('[data-part=status]');
  let over = performance.now() + Number(root.dataset.seconds) * 1000;
  let timer = null;

  async function renew() {
    clearTimeout(timer);
    let wait = AGAIN_AFTER;
    try {
      const response = await fetch(root.dataset.next, { cache: 'no-store', signal: AbortSignal.timeout(5_000) });
      if (response.status === 410) return location.reload();
      if (!response.ok) throw new Error(`answered ${response.status}`);
      const { picture: next, seconds } = await response.json();
      picture.src = next;
      status.textContent = '';
      wait = seconds * 1000;
      over = performance.now() + wait;
    } catch {
      status.textContent = root.dataset.lost; // offline: it is tried again, and said
    }
    timer = setTimeout(renew, wait);
    return undefined;
  }

  timer = setTimeout(renew, Number(root.dataset.seconds) * 1000);
  setInterval(() => {
    rest.value = Math.max(0, (over - performance.now()) / 1000);
  }, 250);
  document.addEventListener('visibilitychange', () => !document.hidden && renew());
}
