/**
 * Where the kiosk rests, derived from what is known of the world. Pure.
 *
 * The order is the order in which somebody can do something about it: without a server nothing is known, without
 * pairing no session may be used, without a session no camera is needed.
 */

import { canKeep } from './offline/keeping.js';

/** Sessions that this browser may check in to: all when paired, else the demo class only. */
export function usableSessions({ sessions, paired }) {
  return sessions.filter((session) => paired || session.is_demo);
}

/** @returns {{name: string, detail: {kind?: string}, chosen: number|null}} */
export function rest(world) {
  const { server, camera, chosen, pinned } = world;
  const trouble = (kind) => ({ name: 'trouble', detail: { kind }, chosen });

  if (server === 'starting') return { name: 'starting', detail: {}, chosen };
  if (server === 'away' && !canKeep(world)) return trouble('server_away');

  if (world.revoked) return trouble('revoked');
  if (world.pairing && !world.paired) return trouble('not_paired');
  const usable = usableSessions(world);
  if (usable.length === 0) return trouble(world.paired ? 'no_session' : 'not_paired');

  const isOpen = usable.some((session) => session.id === chosen);
  if (!isOpen && pinned) return trouble('session_not_open');
  if (!isOpen && usable.length > 1) return { name: 'choosing', detail: {}, chosen: null };
  const at = isOpen ? chosen : usable[0].id;

  if (camera === 'starting') return { name: 'starting', detail: {}, chosen: at };
  if (camera !== 'live') return { name: 'trouble', detail: { kind: `camera_${camera}` }, chosen: at };
  return { name: 'waiting', detail: {}, chosen: at };
}
