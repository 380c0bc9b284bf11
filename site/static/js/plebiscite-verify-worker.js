// The checks of verify.py in a browser, on a file that its owner has chosen. Nothing is fetched and
// nothing is sent: this worker gets bytes and answers with one message per check. Written from the
// formats in docs/counting.md, like verify.py; what it cannot check it calls SKIPPED.

const PREFIX = "hajnowka-odnowa/plebiscite/";
const STATES = ["draft", "call", "review", "appeals", "frozen", "voting", "closing", "sealed", "drawn", "tallied", "objections", "certified"];
const RULES = {
  method: ["single", "approval", "points", "ranked"], tie: ["open", "joint", "lot"], blank: ["valid"],
  overvote: ["exhaust", "skip"], skipped: ["ignore", "exhaust_after_2"], duplicates: ["skip", "exhaust"],
  elimination: ["one_by_one", "batch"],
};
const NUMBERS = ["winners", "quorum", "max_picks", "points_total", "points_cap", "max_ranks"];
const PAPER = ["batch", "point", "day", "issued", "returned", "unused", "missing", "valid", "void", "reasons"];
const NEEDS = {
  signature: ["sums"], checkpoints: ["chain"], mix: ["chain"], commitments: ["chain"], openings: ["commitments"],
  ballots: ["commitments"], counts: ["commitments", "codes"], lots: ["chain"], tally: ["ballots"], exports: ["ballots"],
};

class Failed extends Error {}
class Skipped extends Error {}
const fail = (text) => { throw new Failed(text); };
const need = (isGood, text) => { if (!isGood) fail(text); };

// --- Bytes ----------------------------------------------------------------------------------------

const utf8 = new TextEncoder();
const text = (bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);
const hex = (bytes) => { let out = ""; for (const byte of bytes) out += byte.toString(16).padStart(2, "0"); return out; };
const sorted = (values) => [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
const linesOf = (...parts) => utf8.encode(parts.map((part) => `${part}\n`).join(""));
const same = (a, b) => canonical(a) === canonical(b);
const count = (map, key, by = 1) => map.set(key, (map.get(key) ?? 0) + by);

function unhex(digits, size) {
  need(typeof digits === "string" && digits.length === 2 * size && /^[0-9a-f]*$/.test(digits), "hex");
  const bytes = new Uint8Array(size);
  for (let place = 0; place < size; place += 1) bytes[place] = parseInt(digits.substr(2 * place, 2), 16);
  return bytes;
}

/** JSON with sorted keys and no spaces. Keys are ASCII in all formats, so code units sort them. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    return `{${sorted(Object.keys(value)).map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
  }
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
function sha256(...parts) {
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

// --- Ed25519, verifying alone ----------------------------------------------------------------------

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

async function isSigned(key, message, signature) {
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

// --- The zip file: stored, as the platform writes it ------------------------------------------------

function unzip(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end -= 1;
  need(end >= 0, "zip");
  const files = new Map();
  let place = view.getUint32(end + 16, true), double = "";
  for (let left = view.getUint16(end + 10, true); left > 0; left -= 1) {
    need(view.getUint32(place, true) === 0x02014b50 && view.getUint16(place + 10, true) === 0, "zip");
    const size = view.getUint32(place + 24, true), head = view.getUint32(place + 42, true);
    const names = view.getUint16(place + 28, true);
    const name = text(bytes.subarray(place + 46, place + 46 + names));
    if (files.has(name)) double = name;
    const start = head + 30 + view.getUint16(head + 26, true) + view.getUint16(head + 28, true);
    need(start + size <= bytes.length, name);
    files.set(name, bytes.subarray(start, start + size));
    place += 46 + names + view.getUint16(place + 30, true) + view.getUint16(place + 32, true);
  }
  return { files, double };
}

class Vote {
  constructor({ files, double }) { Object.assign(this, { files, double }); }
  read(name) { need(this.files.has(name), name); return this.files.get(name); }
  text(name) { return text(this.read(name)); }
  json(name) { try { return JSON.parse(this.text(name)); } catch { return fail(name); } }
  *lines(name) {
    const bytes = this.read(name);
    let start = 0;
    while (start < bytes.length) {
      let end = bytes.indexOf(10, start);
      if (end < 0) end = bytes.length;
      let line;
      try { line = JSON.parse(text(bytes.subarray(start, end))); } catch { fail(name); }
      yield line;
      start = end + 1;
    }
  }
  rows(name, columns) {
    const [head, ...rows] = readCsv(this.text(name));
    need(head && same(head, columns) && rows.every((row) => row.length === columns.length), name);
    return rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])));
  }
  load() {
    this.manifest = this.json("manifest.json");
    this.hash = sha256(this.read("manifest.json"));
    this.id = this.manifest.plebiscite;
    this.rules = this.manifest.ruleset;
    this.codes = this.manifest.options.map((option) => option.code);
  }
}

function readCsv(content) {
  const rows = [];
  let row = [], cell = "", isQuoted = false;
  for (let i = 0; i < content.length; i += 1) {
    const sign = content[i];
    if (isQuoted) {
      if (sign !== '"') cell += sign;
      else if (content[i + 1] === '"') { cell += '"'; i += 1; } else isQuoted = false;
    } else if (sign === '"') isQuoted = true;
    else if (sign === ",") { row.push(cell); cell = ""; }
    else if (sign === "\n") { row.push(cell); rows.push(row); row = []; cell = ""; }
    else cell += sign;
  }
  return rows;
}

// --- The checks: each gives a short detail, or throws ------------------------------------------------

const CHECKS = {
  sums(vote) {
    need(!vote.double, vote.double);
    const listed = new Map();
    for (const line of vote.text("SHA256SUMS").split("\n").filter(Boolean)) {
      const [digest, name] = [line.slice(0, 64), line.slice(66)];
      need(/^[0-9a-f]{64}$/.test(digest) && line.slice(64, 66) === "  " && name && !listed.has(name), "SHA256SUMS");
      listed.set(name, digest);
    }
    for (const name of vote.files.keys()) need(name.startsWith("SHA256SUMS") || listed.has(name), name);
    for (const [name, digest] of listed) need(hex(sha256(vote.read(name))) === digest, name);
    return `${listed.size}`;
  },
  async signature(vote) {
    let key = vote.manifest.log_public_key;
    for (const one of vote.lines("checkpoints.jsonl")) key = one.next_key || key;
    const message = linesOf(`${PREFIX}bundle/1`, vote.id, hex(vote.hash), hex(sha256(vote.read("SHA256SUMS"))));
    need(await isSigned(unhex(key, 32), message, unhex(vote.text("SHA256SUMS.sig").trim(), 64)), "SHA256SUMS.sig");
    return key.slice(0, 16);
  },
  manifest(vote) {
    const { manifest, rules, codes } = vote;
    need(`${canonical(manifest)}\n` === vote.text("manifest.json"), "manifest.json");
    need(manifest.format === `${PREFIX}manifest/1`, "format");
    need(manifest.rehearsal === undefined || manifest.rehearsal === true, "rehearsal");
    need(same(sorted(Object.keys(rules)), sorted([...Object.keys(RULES), ...NUMBERS, "drop_together"])), "ruleset");
    for (const [name, values] of Object.entries(RULES)) need(values.includes(rules[name]), name);
    for (const name of NUMBERS) need(Number.isInteger(rules[name]) && rules[name] >= 0, name);
    need(rules.winners >= 1 && rules.drop_together.every((code) => codes.includes(code)), "ruleset");
    need(codes.length && new Set(codes).size === codes.length && codes.every((code) => /^[A-Z0-9]{1,8}$/.test(code)), "options");
    return hex(vote.hash);
  },
  options(vote) {
    const found = new Map();
    for (const [name, bytes] of vote.files) if (name.startsWith("options/")) found.set(name.slice(8).split(".")[0], hex(sha256(bytes)));
    for (const option of vote.manifest.options) need(found.get(option.code) === option.picture_sha256, option.code);
    need(found.size === vote.codes.length, "options/");
    return `${found.size}`;
  },
  chain(vote) {
    let previous = sha256(utf8.encode(`${PREFIX}log/1\n${vote.id}\n`), vote.hash);
    vote.positions = new Map();
    vote.digests = [hex(previous)];
    const number = new DataView(new ArrayBuffer(8));
    for (const line of vote.lines("log.jsonl")) {
      const position = vote.digests.length;
      const isLinked = line.position === position && line.previous === hex(previous) && Object.keys(line).length === 4;
      need(isLinked && !vote.positions.has(line.commitment), `${position}`);
      number.setBigUint64(0, BigInt(position));
      previous = sha256(previous, new Uint8Array(number.buffer), unhex(line.commitment, 32));
      need(line.digest === hex(previous), `${position}`);
      vote.positions.set(line.commitment, position);
      vote.digests.push(line.digest);
    }
    vote.root = hex(previous);
    return `${vote.positions.size}`;
  },
  async checkpoints(vote) {
    let key = vote.manifest.log_public_key, size = 0, number = 0;
    for (const one of vote.lines("checkpoints.jsonl")) {
      number += 1;
      need(one.number === number && one.size >= size && Object.keys(one).length === 5, `${number}`);
      size = one.size;
      need(vote.digests[size] === one.root, `${number}`);
      const message = linesOf(`${PREFIX}checkpoint/1`, vote.id, hex(vote.hash), number, size, one.root, one.next_key || "-");
      need(await isSigned(unhex(key, 32), message, unhex(one.signature, 64)), `${number}`);
      key = one.next_key || key;
    }
    need(size === vote.digests.length - 1, "end");
    return `${number}`;
  },
  mix(vote) {
    const { flushes } = vote.json("stats.json"), order = [...vote.positions.keys()];
    let place = 0;
    flushes.forEach((flush, i) => {
      const isLast = i === flushes.length - 1;
      need(flush.after === place && flush.last === isLast && (isLast || flush.size === vote.manifest.mix_k), `${i + 1}`);
      const part = order.slice(place, place + flush.size);
      need(part.length === flush.size && same(part, sorted(part)), `${i + 1}`);
      place += flush.size;
    });
    need(place === order.length, "log.jsonl");
    return `${flushes.length}`;
  },
  commitments(vote) {
    const head = linesOf(`${PREFIX}commitment/1`, vote.id, hex(vote.hash));
    Object.assign(vote, { opened: new Set(), openings: 0, channels: new Map(), texts: new Map() });
    let last = "";
    for (const line of vote.lines("openings.jsonl")) {
      vote.openings += 1;
      need(Object.keys(line).length === 4 && line.c > last, `${vote.openings}`);
      last = line.c;
      unhex(line.nonce, 16);
      need(hex(sha256(head, linesOf(line.ballot, line.nonce))) === line.c, `${vote.openings}`);
      need(["account", "code", "paper", "merged"].includes(line.channel), `${vote.openings}`);
      count(vote.channels, line.channel);
      count(vote.texts, line.ballot);
      if (vote.positions.has(line.c) || !["paper", "merged"].includes(line.channel)) vote.opened.add(line.c);
    }
    return `${vote.openings}`;
  },
  openings(vote) {
    for (const c of vote.opened) need(vote.positions.has(c), c.slice(0, 16));
    for (const c of vote.positions.keys()) need(vote.opened.has(c), c.slice(0, 16));
    const outside = vote.openings - vote.opened.size;
    need(outside === vote.json("reconciliation.json").paper.ballots, `${outside}`);
    return `${vote.opened.size} + ${outside}`;
  },
  ballots(vote) {
    vote.ballots = [];
    for (const [ballot, number] of vote.texts) {
      const marks = readBallot(ballot, vote.rules, vote.codes);
      need(marks, ballot.slice(0, 40));
      vote.ballots.push([marks, number]);
    }
    return `${vote.ballots.length}`;
  },
  codes(vote) {
    const printed = vote.text("codes_printed.txt").split("\n");
    need(printed.pop() === "" && same(printed, sorted(new Set(printed))), "codes_printed.txt");
    need(same(vote.manifest.codes_printed, { number: printed.length, sha256: hex(sha256(vote.read("codes_printed.txt"))) }), "codes_printed.txt");
    const rows = vote.rows("codes_spent.csv", ["digest", "day"]), spent = rows.map((row) => row.digest), known = new Set(printed);
    need(same(spent, sorted(new Set(spent))) && spent.every((digest) => known.has(digest)), "codes_spent.csv");
    vote.spent = spent.length;
    vote.days = new Map();
    for (const row of rows) count(vote.days, row.day);
    return `${spent.length} / ${printed.length}`;
  },
  paper(vote) {
    const total = { returned: 0, valid: 0, void: 0 }, rows = vote.rows("paper_batches.csv", PAPER);
    for (const row of rows) {
      const n = {};
      for (const name of PAPER.slice(3, 9)) { need(/^[0-9]+$/.test(row[name]), row.batch); n[name] = Number(row[name]); }
      const reasons = row.reasons.split(" ").filter(Boolean).reduce((sum, part) => sum + Number(part.split("=")[1]), 0);
      need(n.issued === n.returned + n.unused + n.missing && n.returned === n.valid + n.void && reasons === n.void, row.batch);
      for (const name of Object.keys(total)) total[name] += n[name];
    }
    need(new Set(rows.map((row) => row.batch)).size === rows.length, "batch");
    need(same(vote.json("reconciliation.json").paper, { ...total, ballots: total.valid }), "reconciliation.json");
    return `${rows.length}`;
  },
  counts(vote) {
    const account = vote.json("reconciliation.json"), online = ["account", "code"], ballots = {};
    need(same(sorted(Object.keys(account)), ["account", "code", "log", "openings", "paper"]), "reconciliation.json");
    for (const name of online) need(account[name].marks === account[name].ballots, name);
    for (const name of [...online, "paper"]) ballots[name] = account[name].ballots;
    need(account.code.marks === vote.spent, "code");
    need(account.log === vote.positions.size && account.openings === vote.openings, "log");
    need(ballots.account + ballots.code === account.log && account.log + ballots.paper === account.openings, "openings");
    const isMerged = Object.values(ballots).some((number) => number > 0 && number < vote.manifest.mix_k);
    const used = Object.entries(ballots).filter(([, number]) => number);
    const expected = isMerged ? { merged: vote.openings } : Object.fromEntries(used);
    need(same(Object.fromEntries(vote.channels), expected) && used.every(([name]) => vote.manifest.channels.includes(name)), "channels");
    const sums = new Map(), days = new Map();
    for (const row of vote.json("stats.json").turnout) {
      count(sums, row.channel, row.number);
      if (row.channel === "code") count(days, row.day, row.number);
    }
    for (const name of online) need((sums.get(name) ?? 0) === account[name].marks, name);
    need(same(Object.fromEntries(days), Object.fromEntries(vote.days)), "stats.json");
    return `${vote.openings}`;
  },
  lots(vote) {
    const beacon = vote.json("beacon.json");
    if (vote.rules.tie !== "lot") {
      need(same(beacon, { drawn: false }), "beacon.json");
      throw new Skipped("–");
    }
    need(beacon.drawn === true && beacon.rule === vote.manifest.beacon_rule && beacon.log_root === vote.root, "beacon.json");
    need(beacon.source.trim() && !/[\r\n]/.test(beacon.value), "source");
    const drawn = new Map(vote.codes.map((code) => [code, hex(sha256(linesOf(`${PREFIX}lot/1`, beacon.value, vote.root, hex(vote.hash), code)))]));
    const order = [...vote.codes].sort((a, b) => (drawn.get(a) < drawn.get(b) ? -1 : 1));
    need(same(order, beacon.order), "order");
    vote.lots = new Map(order.map((code, place) => [code, place]));
    return order.join(" ");
  },
  tally(vote) {
    if (vote.rules.tie === "lot" && !vote.lots) throw new Skipped("lots");
    const stated = vote.json("tally.json"), { rules, openings } = vote;
    const result = {
      pairwise: {}, condorcet: "", schulze: [], ...(rules.method === "ranked" ? countRanked(vote) : countSums(vote)),
      method: rules.method, cast: openings, valid: openings, invalid: {}, quorum: rules.quorum, is_binding: openings >= rules.quorum,
      blank: vote.ballots.reduce((sum, [marks, number]) => sum + (marks.some((mark) => mark.length) ? 0 : number), 0),
    };
    need(same(sorted(Object.keys(stated.result)), sorted(Object.keys(result))), "result");
    for (const name of sorted(Object.keys(result))) need(same(stated.result[name], result[name]), name);
    need(hex(sha256(utf8.encode(`${canonical(stated.result)}\n`))) === stated.result_sha256, "result_sha256");
    const counted = [];
    for (const line of vote.lines("openings.jsonl")) counted.push(`${line.c} ${line.ballot} ${line.nonce}\n`);
    need(hex(sha256(utf8.encode(counted.join("")))) === stated.input_sha256, "input_sha256");
    if (vote.lots) need(vote.json("beacon.json").used === result.rounds.some((step) => step.by_lot.length > 0), "used");
    return result.winners.join(", ") || result.tied.join(" = ") || "–";
  },
  exports(vote) {
    const toi = new Map(), abif = new Map(), { method } = vote.rules;
    for (const [marks, number] of vote.ballots) {
      const ranks = exported(marks, method);
      count(abif, method === "points" ? marks.map(([code, points]) => `${code}/${points}`).join(",") : ranks.map((rank) => rank.join("=")).join(">"), number);
      const pieces = ranks.map((rank) => rank.map((code) => vote.codes.indexOf(code) + 1).join(","));
      if (pieces.length) count(toi, pieces.map((one) => (one.includes(",") ? `{${one}}` : one)).join(","), number);
    }
    for (const [name, expected] of [["ballots.toi", toi], ["ballots.abif", abif]]) {
      const found = {};
      for (const line of vote.text(name).split("\n")) {
        if (!line || "#={".includes(line[0])) continue;
        const colon = line.indexOf(":"), ballot = line.slice(colon + 1).trim();
        need(!(ballot in found), name);
        found[ballot] = Number(line.slice(0, colon));
      }
      need(same(found, Object.fromEntries(expected)), name);
    }
    return "toi, abif";
  },
  events(vote) {
    const isRehearsal = vote.manifest.rehearsal === true;
    let state = isRehearsal ? "appeals" : STATES[0], last = "", number = 0;
    for (const event of vote.lines("events.jsonl")) {
      number += 1;
      need(event.at >= last && Object.keys(event).length === 4, `${number}`);
      last = event.at;
      if (event.to === event.from) continue;
      need(event.from === state && STATES.indexOf(event.to) > STATES.indexOf(state), `${number}`);
      state = event.to;
    }
    need((isRehearsal ? ["tallied"] : ["objections", "certified"]).includes(state), state);
    return `${number}`;
  },
};

// --- Ballots and counting ----------------------------------------------------------------------------

function readBallot(ballot, rules, codes) {
  const colon = ballot.indexOf(":"), body = ballot.slice(colon + 1);
  if (ballot.slice(0, colon) !== rules.method) return null;
  if (!body) return [];
  const isOrdered = (names) => same(names, sorted(new Set(names))) && names.every((name) => codes.includes(name));
  if (rules.method === "points") {
    const given = body.split(",").map((part) => part.split("="));
    if (!given.every((part) => part.length === 2 && /^[1-9][0-9]{0,4}$/.test(part[1]))) return null;
    const marks = given.map(([code, points]) => [code, Number(points)]), points = marks.map((mark) => mark[1]);
    if (rules.points_total && points.reduce((a, b) => a + b, 0) > rules.points_total) return null;
    if (rules.points_cap && Math.max(...points) > rules.points_cap) return null;
    return isOrdered(marks.map((mark) => mark[0])) ? marks : null;
  }
  if (rules.method === "ranked") {
    const ranks = body.split(">").map((rank) => (rank ? rank.split("=") : []));
    const isGood = ranks.length <= (rules.max_ranks || codes.length) && ranks[ranks.length - 1].length > 0;
    return isGood && ranks.every(isOrdered) ? ranks : null;
  }
  const names = body.split(","), limit = rules.method === "single" ? 1 : rules.max_picks;
  return isOrdered(names) && (!limit || names.length <= limit) ? names.map((name) => [name]) : null;
}

function exported(marks, method) {
  if (method === "points") {
    const steps = [...new Set(marks.map((mark) => mark[1]))].sort((a, b) => b - a);
    return steps.map((step) => marks.filter((mark) => mark[1] === step).map((mark) => mark[0]));
  }
  if (method !== "ranked") return marks.length ? [marks.flat()] : [];
  const seen = new Set();
  return marks.map((rank) => rank.filter((code) => !seen.has(code) && seen.add(code))).filter((rank) => rank.length);
}

const emptyRound = (number, totals, place = 1, exhausted = 0) => ({
  number, place, totals: Object.fromEntries(totals), exhausted, elected: [], eliminated: [], tied: [], by_lot: [], transfers: {},
});

function countSums({ rules, codes, ballots, lots }) {
  const totals = new Map(codes.map((code) => [code, 0]));
  for (const [marks, number] of ballots) for (const mark of marks) count(totals, mark[0], rules.method === "points" ? mark[1] * number : number);
  const order = sorted(codes).filter((code) => totals.get(code)).sort((a, b) => totals.get(b) - totals.get(a));
  let winners = order.slice(0, rules.winners), tied = [], byLot = [];
  const level = totals.get(order[rules.winners - 1]);
  if (order.length > rules.winners && level === totals.get(order[rules.winners])) {
    const sure = order.filter((code) => totals.get(code) > level), equal = order.filter((code) => totals.get(code) === level);
    if (rules.tie === "joint") winners = [...sure, ...equal];
    else if (rules.tie === "lot") {
      byLot = equal;
      winners = [...sure, ...[...equal].sort((a, b) => lots.get(a) - lots.get(b)).slice(0, rules.winners - sure.length)];
    } else [winners, tied] = [sure, equal];
  }
  return { totals: Object.fromEntries(totals), winners, tied, rounds: [{ ...emptyRound(1, totals), elected: winners, tied, by_lot: byLot }] };
}

function preferences(ranks, rules) {
  const order = [];
  let empty = 0;
  for (const rank of ranks.slice(0, rules.max_ranks || ranks.length)) {
    empty = rank.length ? 0 : empty + 1;
    if (empty > 1 && rules.skipped === "exhaust_after_2") break;
    if (rank.length > 1 && rules.overvote === "exhaust") break;
    if (rank.length !== 1) continue;
    if (!order.includes(rank[0])) order.push(rank[0]);
    else if (rules.duplicates === "exhaust") break;
  }
  return order;
}

function leaving(totals, rules, lots) {
  const order = sorted(totals.keys()).sort((a, b) => totals.get(a) - totals.get(b));
  let hopeless = [], behind = 0, out, byLot = [];
  order.forEach((code, place) => { if (behind < totals.get(code)) hopeless = order.slice(0, place); behind += totals.get(code); });
  const least = order.filter((code) => totals.get(code) === totals.get(order[0]));
  if (rules.elimination === "batch" && hopeless.length) out = hopeless;
  else if (least.length === 1) out = least;
  else if (rules.tie === "lot") { byLot = least; out = [least.reduce((a, b) => (lots.get(a) > lots.get(b) ? a : b))]; }
  else if (rules.tie === "joint" || least.length === totals.size || least.every((code) => hopeless.includes(code))) out = least;
  else out = [];
  if (out.some((code) => rules.drop_together.includes(code))) {
    const wider = new Set([...out, ...rules.drop_together.filter((code) => totals.has(code))]);
    if (wider.size < totals.size) out = [...wider];
  }
  return [sorted(out), sorted(byLot), least];
}

function countRanked(vote) {
  const { rules, codes, ballots, lots } = vote, piles = new Map();
  for (const [marks, number] of ballots) count(piles, preferences(marks, rules).join(" "), number);
  const orders = [...piles].map(([order, number]) => [order.split(" "), number]);
  const top = (order, running) => order.find((code) => running.has(code)) ?? "";
  const rounds = [], winners = [];
  let tied = [], left = new Set(codes), isOver = false;
  while (left.size && winners.length < rules.winners && !tied.length && !isOver) {
    let running = new Set(left), elected = null;
    const place = winners.length + 1;
    while (elected === null) {
      const totals = new Map(sorted(running).map((code) => [code, 0]));
      let exhausted = 0;
      for (const [order, number] of orders) { const code = top(order, running); if (code) count(totals, code, number); else exhausted += number; }
      const step = emptyRound(rounds.length + 1, totals, place, exhausted);
      rounds.push(step);
      const active = [...totals.values()].reduce((a, b) => a + b, 0);
      const leader = [...totals.keys()].find((code) => 2 * totals.get(code) > active);
      if (!active) { isOver = true; elected = []; continue; }
      if (leader) { step.elected = elected = [leader]; continue; }
      const [out, byLot, least] = leaving(totals, rules, lots);
      if (out.length === totals.size && rules.tie === "joint") { step.elected = elected = out; continue; }
      if (!out.length || out.length === totals.size) { step.tied = tied = sorted(least); elected = []; continue; }
      Object.assign(step, { eliminated: out, by_lot: byLot });
      const after = new Set([...running].filter((code) => !out.includes(code))), moved = new Map();
      for (const [order, number] of orders) if (out.includes(top(order, running))) count(moved, top(order, after), number);
      step.transfers = Object.fromEntries(moved);
      running = after;
    }
    winners.push(...elected);
    left = new Set([...left].filter((code) => !elected.includes(code)));
  }
  return { totals: { ...Object.fromEntries(codes.map((code) => [code, 0])), ...(rounds[0]?.totals ?? {}) }, winners, tied, rounds, ...pairs(vote) };
}

function pairs({ codes, ballots }) {
  const all = sorted(codes), others = (a) => all.filter((b) => b !== a);
  const table = Object.fromEntries(all.map((a) => [a, Object.fromEntries(others(a).map((b) => [b, 0]))]));
  for (const [ranks, number] of ballots) {
    const rankOf = new Map();
    ranks.forEach((rank, place) => rank.forEach((code) => { if (!rankOf.has(code)) rankOf.set(code, place); }));
    for (const [a, place] of rankOf) for (const b of others(a)) if (place < (rankOf.get(b) ?? ranks.length)) table[a][b] += number;
  }
  const condorcet = all.find((a) => all.length > 1 && others(a).every((b) => table[a][b] > table[b][a])) ?? "";
  const path = Object.fromEntries(all.map((a) => [a, Object.fromEntries(others(a).map((b) => [b, table[a][b] > table[b][a] ? table[a][b] : 0]))]));
  for (const k of all) for (const i of others(k)) for (const j of others(k)) if (i !== j) path[i][j] = Math.max(path[i][j], Math.min(path[i][k], path[k][j]));
  const beaten = new Map(all.map((a) => [a, others(a).filter((b) => path[b][a] > path[a][b]).length]));
  const schulze = [...new Set(beaten.values())].sort((a, b) => a - b).map((n) => all.filter((code) => beaten.get(code) === n));
  return { pairwise: table, condorcet, schulze };
}

onmessage = async ({ data }) => {
  const bad = new Set();
  try {
    const vote = new Vote(unzip(new Uint8Array(data)));
    vote.load();
    for (const [name, check] of Object.entries(CHECKS)) {
      postMessage({ begun: name });
      const missing = (NEEDS[name] ?? []).find((one) => bad.has(one));
      if (missing) {
        bad.add(name);
        postMessage({ name, outcome: "skipped", detail: missing });
        continue;
      }
      try {
        postMessage({ name, outcome: "ok", detail: await check(vote) });
      } catch (error) {
        if (error instanceof Skipped) postMessage({ name, outcome: "skipped", detail: error.message });
        else {
          bad.add(name);
          postMessage({ name, outcome: "failed", detail: error.message });
        }
      }
    }
    postMessage({ done: true, isGood: bad.size === 0, manifest: hex(vote.hash), isRehearsal: vote.manifest.rehearsal === true });
  } catch {
    postMessage({ done: true, isBundle: false, isGood: false });
  }
};
