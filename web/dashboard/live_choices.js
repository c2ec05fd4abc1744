/** Who is shown and how: changed in place, told in the address, and the view is remembered by this browser. */
const A_YEAR = 365 * 24 * 3600; // s

export function liveChoices(root) {
  root.addEventListener('click', (event) => {
    const link = event.target.closest('[data-choice]');
    if (!link) return;
    event.preventDefault();
    const { choice, value } = link.dataset;
    root.dataset[choice] = value;
    root.querySelectorAll(`[data-choice="${choice}"]`).forEach((one) => one.removeAttribute('aria-current'));
    link.setAttribute('aria-current', 'true');
    const address = new URL(location.href);
    address.searchParams.set(choice, value);
    history.replaceState(null, '', address);
    if (choice !== 'view') return;
    document.cookie = `live_view=${value}; max-age=${A_YEAR}; path=${root.dataset.cookiePath}; samesite=lax`;
  });
}
