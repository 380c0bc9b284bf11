// Ed25519 (RFC 8032), verifying alone.

import { Skipped } from "./bytes.js";

const P = 2n ** 255n - 19n;
const Q = 2n ** 252n + 27742317777372353535851937790883648493n;
const mod = (a) => ((a % P) + P) % P;
function power(base, exponent) {
  let result = 1n;
  for (base = mod(base); exponent; exponent >>= 1n) { if (exponent & 1n) result = (result * base) % P; base = (base * base) % P; }
  return result;
}
const D = mod(-121665n * power(121666n, P - 2n));
const ROOT = power(2n, (P - 1n) / 4n);
function add(a, b) {
  const one = mod((a[1] - a[0]) * (b[1] - b[0])), two = mod((a[1] + a[0]) * (b[1] + b[0]));
  const three = mod(2n * a[3] * b[3] * D), four = mod(2n * a[2] * b[2]);
  const e = two - one, f = four - three, g = four + three, h = two + one;
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}
function times(number, point) {
  let total = [0n, 1n, 1n, 0n];
  for (; number; number >>= 1n) { if (number & 1n) total = add(total, point); point = add(point, point); }
  return total;
}
const little = (bytes) => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
function readPoint(bytes) {
  let y = little(bytes);
  const sign = y >> 255n;
  y &= (1n << 255n) - 1n;
  if (y >= P) return null;
  const square = mod((y * y - 1n) * power(D * y * y + 1n, P - 2n));
  let x = power(square, (P + 3n) / 8n);
  if (mod(x * x - square)) x = mod(x * ROOT);
  if (mod(x * x - square) || (x === 0n && sign)) return null;
  if ((x & 1n) !== sign) x = P - x;
  return [x, y, 1n, mod(x * y)];
}
const BASE_Y = mod(4n * power(5n, P - 2n));
const BASE = readPoint(Uint8Array.from({ length: 32 }, (_none, i) => Number((BASE_Y >> BigInt(8 * i)) & 255n)));

export async function isSigned(key, message, signature) {
  if (!globalThis.crypto?.subtle) throw new Skipped("https");
  const point = readPoint(key), r = readPoint(signature.slice(0, 32)), s = little(signature.slice(32));
  if (!point || !r || s >= Q) return false;
  const whole = new Uint8Array(64 + message.length);
  whole.set(signature.slice(0, 32));
  whole.set(key, 32);
  whole.set(message, 64);
  const h = little(new Uint8Array(await crypto.subtle.digest("SHA-512", whole))) % Q;
  const left = times(s, BASE), right = add(r, times(h, point));
  return !mod(left[0] * right[2] - right[0] * left[2]) && !mod(left[1] * right[2] - right[1] * left[2]);
}
