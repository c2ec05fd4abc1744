import { defineConfig } from 'vite';

import { posenet } from './posenet.js';
import { recordings } from './recordings.js';

/**
 * Every page asks for its files by the source name below; `server/views/pages/assets.py` finds the built,
 * content-hashed file in the manifest. `base: './'` keeps the build independent of the path prefix.
 */
export default defineConfig({
  base: './',
  publicDir: false,
  plugins: [posenet(), recordings()],
  worker: { format: 'es' },
  build: {
    outDir: 'dist',
    assetsDir: '',
    emptyOutDir: true,
    manifest: true,
    assetsInlineLimit: 0,
    cssCodeSplit: true,
    modulePreload: { polyfill: false },
    target: ['chrome111', 'firefox115', 'safari16.4'],
    rollupOptions: {
      input: {
        kiosk: 'kiosk/main.js',
        'kiosk-worker': 'kiosk/offline/worker.js',
        'kiosk-style': 'kiosk/style.css',
        dashboard: 'dashboard/main.js',
        enrol: 'dashboard/enrol/wizard.js',
        'face-step': 'dashboard/face_step/main.js',
        teach: 'dashboard/gestures/teach.js',
        'roll-call': 'dashboard/roll_call/main.js',
        'dashboard-style': 'dashboard/style.css',
        mark: 'design/mark.svg',
      },
    },
  },
});
