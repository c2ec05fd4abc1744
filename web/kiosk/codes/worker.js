/**
 * Reads QR codes beside the page: { rgba, width, height } → { text } or { text: null }, or { failed: message }.
 * The reader's program (ZXing-C++ as WebAssembly) comes from this server.
 */
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import program from 'zxing-wasm/reader/zxing_reader.wasm?url';

prepareZXingModule({ overrides: { locateFile: () => new URL(program, import.meta.url).href } });

const OPTIONS = { formats: ['QRCode'], tryHarder: true, maxNumberOfSymbols: 1 };

addEventListener('message', async ({ data: { rgba, width, height } }) => {
  try {
    const [found] = await readBarcodes(new ImageData(rgba, width, height), OPTIONS);
    postMessage({ text: found?.isValid ? found.text : null });
  } catch (error) {
    postMessage({ failed: String(error?.message ?? error) });
  }
});
