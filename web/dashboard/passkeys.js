/** Passkeys: asks the browser for one and puts its answer into the form, which is then sent as usual. */

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '');

/** The server's options with bytes where WebAuthn wants bytes. Pure. */
export function optionsFromJson(options) {
  const withId = (one) => ({ ...one, id: bytes(one.id) });
  return {
    ...options,
    challenge: bytes(options.challenge),
    ...(options.user && { user: withId(options.user) }),
    ...(options.excludeCredentials && { excludeCredentials: options.excludeCredentials.map(withId) }),
    ...(options.allowCredentials && { allowCredentials: options.allowCredentials.map(withId) }),
  };
}

/** A credential as JSON, by the names of WebAuthn level 3. Pure. */
export function credentialToJson(credential) {
  const response = {};
  for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response };
}

export function passkeys(root) {
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  root.querySelectorAll('[data-without-passkeys]').forEach((one) => one.remove());
  wire(root.querySelector('#passkey-sign-in'), (publicKey) => navigator.credentials.get({ publicKey }));
  wire(root.querySelector('#passkey-new'), (publicKey) => navigator.credentials.create({ publicKey }));
}

function wire(form, ask) {
  if (!form) return;
  form.hidden = false;
  const wrong = form.querySelector('[role=alert]');
  form.addEventListener('submit', async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    wrong.hidden = true;
    try {
      const token = document.querySelector('meta[name=csrf-token]').content;
      const answer = await fetch(form.dataset.options, { method: 'POST', headers: { 'X-CSRFToken': token } });
      const credential = await ask(optionsFromJson(await answer.json()));
      form.elements.credential.value = JSON.stringify(credentialToJson(credential));
    } catch {
      wrong.hidden = false;
      return;
    }
    form.submit();
  });
}
