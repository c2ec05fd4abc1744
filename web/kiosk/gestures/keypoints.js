/**
 * Reads single-person keypoints from PoseNet's outputs. Pure.
 *
 * Source: Papandreou et al., PersonLab (2018), §3.1: a heatmap per keypoint says which cell it lies in, an offset
 * vector in that cell says where exactly.
 */
export const RESOLUTION = 257; // px, side of PoseNet's input
export const STRIDE = 16; // px between cells
export const CELLS = 17; // cells a side: (257 - 1) / 16 + 1
export const KEYPOINTS = 17;

/** Indices of the COCO keypoints, as PoseNet orders them; left and right are the person's. */
export const NOSE = 0;
export const LEFT_SHOULDER = 5;
export const RIGHT_SHOULDER = 6;
export const LEFT_ELBOW = 7;
export const RIGHT_ELBOW = 8;
export const LEFT_WRIST = 9;
export const RIGHT_WRIST = 10;

/**
 * @param {Float32Array} heatmap probabilities (17 rows, 17 columns, 17 keypoints), flat
 * @param {Float32Array} offsets px (17, 17, 34): first all vertical, then all horizontal ones, flat
 * @returns {{x: number, y: number, score: number}[]} one a keypoint, in pixels of the 257 × 257 input
 */
export function keypoints(heatmap, offsets) {
  return Array.from({ length: KEYPOINTS }, (_, keypoint) => {
    let best = 0;
    for (let cell = 1; cell < CELLS * CELLS; cell += 1) {
      if (heatmap[cell * KEYPOINTS + keypoint] > heatmap[best * KEYPOINTS + keypoint]) best = cell;
    }
    const at = best * 2 * KEYPOINTS + keypoint;
    return {
      x: (best % CELLS) * STRIDE + offsets[at + KEYPOINTS],
      y: Math.floor(best / CELLS) * STRIDE + offsets[at],
      score: heatmap[best * KEYPOINTS + keypoint],
    };
  });
}
