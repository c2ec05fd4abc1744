/** The kiosk's few drawings. Decorative: each stands beside words that say the same. */
import { svg } from './element.js';

const drawing = (className, viewBox, ...parts) =>
  svg('svg', { class: `drawing ${className}`, viewBox, 'aria-hidden': 'true', focusable: 'false' }, ...parts);
const stroke = (d, extra = {}) => svg('path', { d, pathLength: '1', ...extra });

export const ring = () => drawing('drawing-o', '0 0 100 100', svg('circle', { cx: 50, cy: 50, r: 36, pathLength: '1' }));

export const cross = () => drawing('drawing-x', '0 0 100 100', stroke('M20 20 L80 80'), stroke('M80 20 L20 80'));

const POSES = {
  CAPTURE: ['M27 62 L23 6', 'M73 62 L77 6'],
  O: ['M27 62 C-6 46 8 6 45 5', 'M73 62 C106 46 92 6 55 5'],
  X: ['M27 62 L21 90 L65 58', 'M73 62 L79 90 L35 58'],
};

/** Somebody who makes a gesture, in a ring that fills while it is held (`gestures/gestures.js` finds it by `data-hold`). */
export const pose = (gesture) =>
  svg(
    'svg',
    {
      class: `drawing pose pose-${gesture.toLowerCase()}`,
      viewBox: '-14 -14 128 128',
      'data-hold': gesture,
      'data-held': 'false',
      'aria-hidden': 'true',
      focusable: 'false',
    },
    svg('circle', { class: 'hold-track', cx: 50, cy: 50, r: 60 }),
    svg('circle', { class: 'hold-fill', cx: 50, cy: 50, r: 60, pathLength: '1', 'stroke-dashoffset': '1' }),
    svg('circle', { class: 'body', cx: 50, cy: 32, r: 14 }),
    svg('path', { class: 'body', d: 'M31 105 L27 64 Q27 53 38 53 H62 Q73 53 73 64 L69 105 Q50 111 31 105 Z' }),
    svg('g', { class: 'arms' }, POSES[gesture].map((d) => svg('path', { d }))),
  );

/** A head that turns to the visitor's side, in a ring of the seconds that pass. The screen is a mirror: left is left. */
export const turningHead = (side) =>
  drawing(
    `turn turn-${side}`,
    '0 0 120 120',
    svg('circle', { class: 'track', cx: 60, cy: 60, r: 56 }),
    svg('circle', { class: 'seconds', cx: 60, cy: 60, r: 56, pathLength: '1' }),
    svg(
      'g',
      { class: 'sided' },
      svg('path', { class: 'head', d: 'M68 24 c19 0 27 13 27 32 c0 20 -13 35 -27 35 c-14 0 -27 -15 -27 -35 c0 -19 8 -32 27 -32 z' }),
      svg('g', { class: 'features' }, ['M59 51 v4', 'M77 51 v4', 'M67 57 l-3 9 h5', 'M61 77 q7 4 14 0'].map((d) => svg('path', { d }))),
      svg('path', { class: 'arrow', d: 'M31 60 h-16 m7 -8 l-8 8 l8 8' }),
    ),
  );

/** The small joy: a ring closes, a tick is drawn, ripples run out. */
export const success = () =>
  drawing(
    'drawing-success',
    '0 0 240 240',
    svg('circle', { class: 'ripple ripple-1', cx: 120, cy: 120, r: 72 }),
    svg('circle', { class: 'ripple ripple-2', cx: 120, cy: 120, r: 72 }),
    svg('circle', { class: 'disc', cx: 120, cy: 120, r: 72 }),
    svg('circle', { class: 'ring', cx: 120, cy: 120, r: 72, pathLength: '1' }),
    stroke('M88 122 L112 146 L154 98', { class: 'tick' }),
  );

const SIGNS = {
  code: ['M14 14 h28 v28 h-28 z', 'M58 14 h28 v28 h-28 z', 'M14 58 h28 v28 h-28 z', 'M58 58 h10 v10', 'M86 58 v10 h-8', 'M58 86 h14 M86 78 v8'],
  question: ['M50 12 a38 38 0 1 1 -.1 0', 'M38 41 a12 12 0 1 1 17.5 10.5 q-5.5 3 -5.5 8.5', 'M50 70 v1'],
  face: ['M50 14 c22 0 32 18 32 38 c0 22 -16 36 -32 36 c-16 0 -32 -14 -32 -36 c0 -20 10 -38 32 -38 z', 'M38 48 v4', 'M62 48 v4', 'M40 68 q10 7 20 0'],
  several: ['M36 22 a13 13 0 1 1 -.1 0', 'M14 80 q2 -26 22 -26 q12 0 17 8', 'M66 34 a11 11 0 1 1 -.1 0', 'M46 82 q2 -22 20 -22 q18 0 20 22'],
  light: ['M50 30 a20 20 0 1 1 -.1 0', 'M50 8 v8', 'M50 84 v8', 'M8 50 h8', 'M84 50 h8', 'M20 20 l6 6', 'M74 74 l6 6', 'M80 20 l-6 6', 'M26 74 l-6 6'],
  camera: ['M14 32 h18 l7 -10 h22 l7 10 h18 v46 h-72 z', 'M50 40 a14 14 0 1 1 -.1 0'],
  camera_off: ['M14 32 h18 l7 -10 h22 l7 10 h18 v46 h-72 z', 'M50 40 a14 14 0 1 1 -.1 0', 'M12 90 L88 10'],
  server: ['M18 20 h64 v24 h-64 z', 'M18 56 h64 v24 h-64 z', 'M30 32 h1', 'M30 68 h1', 'M46 32 h24', 'M46 68 h24'],
  door: ['M28 88 v-74 h44 v74', 'M16 88 h68', 'M60 50 v4'],
  lock: ['M24 46 h52 v40 h-52 z', 'M34 46 v-12 a16 16 0 0 1 32 0 v12', 'M50 62 v8'],
  link: ['M44 56 a14 14 0 0 0 20 0 l14 -14 a14 14 0 0 0 -20 -20 l-6 6', 'M56 44 a14 14 0 0 0 -20 0 l-14 14 a14 14 0 0 0 20 20 l6 -6'],
  clock: ['M50 14 a36 36 0 1 1 -.1 0', 'M50 30 v22 l14 9'],
};

/** A line drawing for a screen that asks for something. */
export const sign = (name) => drawing('drawing-sign', '0 0 100 100', ...SIGNS[name].map((d) => svg('path', { d })));

const TOOLS = {
  camera: ['M3 8 h4 l2 -3 h6 l2 3 h4 v11 h-18 z', 'M12 10 a3.4 3.4 0 1 1 -.1 0'],
  access: ['M12 3.2 a1.7 1.7 0 1 1 -.1 0', 'M4.5 8.5 q7.5 2.2 15 0', 'M9.5 9.4 v4.2 l-2 7', 'M14.5 9.4 v4.2 l2 7', 'M9.5 13.6 h5'],
  sound: ['M4 9.5 h3.5 l4.5 -4 v13 l-4.5 -4 h-3.5 z', 'M15.5 9 q2.4 3 0 6', 'M18 6.5 q4.6 5.5 0 11'],
  mute: ['M4 9.5 h3.5 l4.5 -4 v13 l-4.5 -4 h-3.5 z', 'M16 9.5 l5 5', 'M21 9.5 l-5 5'],
};

export const tool = (name) => drawing('drawing-tool', '0 0 24 24', ...TOOLS[name].map((d) => svg('path', { d })));
