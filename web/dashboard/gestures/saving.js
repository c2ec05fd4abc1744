/** Keeps the taught head on the server, or hands it out as the zip that Teachable Machine would give. */
import { zipSync } from 'fflate';

/**
 * @param {Record<string, Uint8Array>} files of the export
 * @param {{action: string, name: string, target: string, token: string}} where target: all, a kiosk's number, or ''
 * @returns {Promise<{ok: boolean, url?: string, message?: string}>} message: of the server, why not; absent: away
 */
export async function save(files, { action, name, target, token }) {
  const body = new FormData();
  for (const [file, content] of Object.entries(files)) body.append('export', new Blob([content]), file);
  body.append('name', name);
  body.append('origin', 'taught');
  body.append('target', target);
  try {
    const answer = await fetch(action, {
      method: 'POST',
      headers: { Accept: 'application/json', 'X-CSRFToken': token },
      body,
      signal: AbortSignal.timeout(60_000),
    });
    const isJson = (answer.headers.get('content-type') ?? '').includes('json');
    const { url, message } = isJson ? await answer.json() : {};
    return { ok: answer.ok && isJson, url, message };
  } catch {
    return { ok: false }; // unreachable, broken off or too slow
  }
}

/** Starts the download of the zip. */
export function download(files, name) {
  const zip = zipSync(files, { level: 1 });
  const url = URL.createObjectURL(new Blob([zip], { type: 'application/zip' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${name}.zip`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
