/**
 * Reads a WAV file's header and hands out its samples as they are: a browser's own decoder would change them.
 *
 * @param {ArrayBuffer} file
 * @returns {{sampleRate: number, pcm: Int16Array}} mono
 * @throws {Error} when it is not 16-bit mono PCM
 */
export function readWav(file) {
  const view = new DataView(file);
  const tag = (at) => String.fromCharCode(...new Uint8Array(file, at, 4));
  if (file.byteLength < 12 || tag(0) !== 'RIFF' || tag(8) !== 'WAVE') {
    throw new Error('not a WAV file');
  }
  let sampleRate = 0;
  for (let at = 12; at + 8 <= file.byteLength;) {
    const length = view.getUint32(at + 4, true);
    const body = at + 8;
    if (tag(at) === 'fmt ') {
      const [format, channels, bits] = [body, body + 2, body + 14].map((field) => view.getUint16(field, true));
      if (format !== 1 || channels !== 1 || bits !== 16) {
        throw new Error('not 16-bit mono PCM');
      }
      sampleRate = view.getUint32(body + 4, true);
    } else if (tag(at) === 'data' && sampleRate > 0) {
      const end = Math.min(body + length, file.byteLength);
      return { sampleRate, pcm: new Int16Array(file.slice(body, end - ((end - body) % 2))) };
    }
    at = body + length + (length % 2);
  }
  throw new Error('no samples in it');
}
