/** A visit as bytes: length of the head (4 bytes, big endian), head (JSON, UTF-8), frames one after the other. */
const FRAME_TYPE = 'image/jpeg';

/** @param {object} visit plain fields and `frames` (Blob[]) @returns {Promise<ArrayBuffer>} */
export async function pack({ frames = [], ...fields }) {
  const pictures = await Promise.all(frames.map((frame) => frame.arrayBuffer()));
  const head = new TextEncoder().encode(JSON.stringify({ ...fields, sizes: pictures.map((one) => one.byteLength) }));
  const length = new DataView(new ArrayBuffer(4));
  length.setUint32(0, head.byteLength);
  return new Blob([length.buffer, head, ...pictures]).arrayBuffer();
}

/** @param {ArrayBuffer} bytes of {@link pack} @returns {object} the visit */
export function unpack(bytes) {
  const length = new DataView(bytes).getUint32(0);
  const { sizes, ...fields } = JSON.parse(new TextDecoder().decode(bytes.slice(4, 4 + length)));
  let at = 4 + length;
  const frames = sizes.map((size) => {
    const frame = new Blob([bytes.slice(at, at + size)], { type: FRAME_TYPE });
    at += size;
    return frame;
  });
  return { ...fields, frames };
}
