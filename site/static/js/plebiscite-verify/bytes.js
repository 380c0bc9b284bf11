// Bytes and texts, canonical JSON, SHA-256.

export class Failed extends Error {}
export class Skipped extends Error {}
export const fail = (text) => { throw new Failed(text); };
export const need = (isGood, text) => { if (!isGood) fail(text); };

export const utf8 = new TextEncoder();
// A mark of the byte order is a sign like any other: no file begins with one.
export const text = (bytes) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
export const hex = (bytes) => { let out = ""; for (const byte of bytes) out += byte.toString(16).padStart(2, "0"); return out; };
export const sorted = (values) => [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
export const linesOf = (...parts) => utf8.encode(parts.map((part) => `${part}\n`).join(""));
export const same = (a, b) => canonical(a) === canonical(b);
export const count = (map, key, by = 1) => map.set(key, (map.get(key) ?? 0) + by);

export function unhex(digits, size) {
  need(typeof digits === "string" && digits.length === 2 * size && /^[0-9a-f]*$/.test(digits), "hex");
  const bytes = new Uint8Array(size);
  for (let place = 0; place < size; place += 1) bytes[place] = parseInt(digits.substr(2 * place, 2), 16);
  return bytes;
}

/** JSON with sorted keys and no spaces. Keys are ASCII in all formats, so code units sort them. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    return `{${sorted(Object.keys(value)).map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
  }
  // Half a letter cannot be written in UTF-8.
  need(typeof value !== "string" || !/\p{Surrogate}/u.test(value), "UTF-8");
  return JSON.stringify(value);
}

const K = new Uint32Array(64);
const START = new Uint32Array(8);
for (let number = 2, found = 0; found < 64; number += 1) {
  let isPrime = true;
  for (let other = 2; other * other <= number; other += 1) if (number % other === 0) isPrime = false;
  if (isPrime) {
    if (found < 8) START[found] = (Math.sqrt(number) % 1) * 2 ** 32;
    K[found] = (Math.cbrt(number) % 1) * 2 ** 32;
    found += 1;
  }
}

/** SHA-256 that does not wait: millions of short texts are hashed here. */
export function sha256(...parts) {
  let size = 0;
  for (const part of parts) size += part.length;
  const padded = new Uint8Array(((size + 72) >> 6) << 6);
  let place = 0;
  for (const part of parts) { padded.set(part, place); place += part.length; }
  padded[size] = 128;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(size / 2 ** 29));
  view.setUint32(padded.length - 4, (size << 3) >>> 0);
  const state = Uint32Array.from(START);
  const w = new Uint32Array(64);
  for (let block = 0; block < padded.length; block += 64) {
    for (let i = 0; i < 16; i += 1) w[i] = view.getUint32(block + 4 * i);
    for (let i = 16; i < 64; i += 1) {
      const a = w[i - 15], b = w[i - 2];
      const s0 = ((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3);
      const s1 = ((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10);
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i += 1) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => { state[i] += value; });
  }
  const out = new Uint8Array(32);
  const result = new DataView(out.buffer);
  state.forEach((value, i) => result.setUint32(4 * i, value));
  return out;
}
