/** Takes the burst: a few frames, unmirrored, small enough to travel quickly. */
export const BURST = { frames: 4, gap: 120, longest: 640, quality: 0.9, onShot: () => {} };

/** The size to send: aspect ratio kept, longest side at most `longest` px, never enlarged. */
export function burstSize(width, height, longest = BURST.longest) {
  const scale = Math.min(1, longest / Math.max(width, height));
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

/**
 * @param {{element: CanvasImageSource, width: number, height: number, nextFrame: Function, hold: Function,
 *   release: Function}} source a Webcam or a DemoCamera
 * @param {Partial<typeof BURST>} [how] onShot: called after each picture
 * @returns {Promise<Blob[]>} JPEG pictures, oldest first; fewer or none when the camera gives none
 */
export async function takeBurst(source, how = BURST) {
  const { frames, gap, longest, quality, onShot } = { ...BURST, ...how };
  source.hold();
  try {
    const shots = [];
    for (let index = 0; index < frames; index += 1) {
      if (index > 0) await new Promise((resolve) => setTimeout(resolve, gap));
      await source.nextFrame();
      const shot = draw(source, longest);
      if (!shot) continue;
      shots.push(shot);
      onShot();
    }
    const pictures = await Promise.all(shots.map((shot) => encode(shot, quality)));
    return pictures.filter(Boolean);
  } finally {
    source.release();
  }
}

function draw(source, longest) {
  if (!source.width || !source.height) return null;
  const canvas = document.createElement('canvas');
  Object.assign(canvas, burstSize(source.width, source.height, longest));
  canvas.getContext('2d', { alpha: false }).drawImage(source.element, 0, 0, canvas.width, canvas.height);
  return canvas;
}

const encode = (canvas, quality) => new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality));
