// The checks, by the names and in the order of verify.py: each gives a short detail, or throws.

import { canonical, count, hex, linesOf, need, same, sha256, Skipped, sorted, text, unhex, utf8 } from "./bytes.js";
import { countRanked, countSums, exported, readBallot } from "./counting.js";
import { DAY, form, PAPER } from "./form.js";
import { isSigned } from "./signatures.js";

const PREFIX = "hajnowka-odnowa/plebiscite/";
// From where to where each step leads; a vote held anew takes the works over.
const STEPS = new Set([
  "announce draft call", "take_over draft appeals", "end_call call review", "open_appeals review appeals", "freeze appeals frozen",
  "rehearse appeals frozen", "open frozen voting", "close voting closing", "seal closing sealed", "draw sealed drawn",
  "count sealed tallied", "count drawn tallied", "publish tallied objections", "certify objections certified",
]);
const RULES = {
  method: ["single", "approval", "points", "ranked"], tie: ["open", "joint", "lot"], blank: ["valid"],
  overvote: ["exhaust", "skip"], skipped: ["ignore", "exhaust_after_2"], duplicates: ["skip", "exhaust"],
  elimination: ["one_by_one", "batch"],
};
const NUMBERS = ["winners", "quorum", "max_picks", "points_total", "points_cap", "max_ranks"];
export const NEEDS = {
  signature: ["sums"], checkpoints: ["chain"], mix: ["chain"], commitments: ["chain"], openings: ["commitments"],
  ballots: ["commitments"], counts: ["commitments", "codes"], lots: ["chain"], tally: ["ballots"], exports: ["ballots"],
};

export const CHECKS = {
  sums(vote) {
    need(!vote.wrong, vote.wrong);
    const listed = new Map();
    const lines = vote.text("SHA256SUMS").split("\n");
    need(lines.pop() === "", "SHA256SUMS");
    for (const line of lines) {
      const [digest, name] = [line.slice(0, 64), line.slice(66)];
      need(/^[0-9a-f]{64}$/.test(digest) && line.slice(64, 66) === "  " && name && !listed.has(name), "SHA256SUMS");
      listed.set(name, digest);
    }
    for (const name of vote.files.keys()) need(["SHA256SUMS", "SHA256SUMS.sig"].includes(name) || listed.has(name), name);
    for (const [name, digest] of listed) need(hex(sha256(vote.read(name))) === digest, name);
    return `${listed.size}`;
  },
  async signature(vote) {
    let key = vote.manifest.log_public_key;
    for (const one of vote.lines("checkpoints.jsonl")) key = one.next_key || key;
    const message = linesOf(`${PREFIX}bundle/1`, vote.id, hex(vote.hash), hex(sha256(vote.read("SHA256SUMS"))));
    const signature = vote.text("SHA256SUMS.sig").replace(/\n$/, "");
    need(await isSigned(unhex(key, 32), message, unhex(signature, 64)), "SHA256SUMS.sig");
    return key.slice(0, 16);
  },
  form,
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
    for (const [name, bytes] of vote.files) {
      if (!name.startsWith("options/")) continue;
      const [code] = name.slice(8).split(".");
      need(!found.has(code), code);
      found.set(code, hex(sha256(bytes)));
    }
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
    const { flushes, mix_k: stated } = vote.json("stats.json"), order = [...vote.positions.keys()];
    const k = vote.manifest.mix_k;
    let place = 0;
    flushes.forEach((flush, i) => {
      const isLast = i === flushes.length - 1;
      need(flush.after === place && flush.last === isLast && (isLast ? i === 0 || flush.size >= k : flush.size === k), `${i + 1}`);
      const part = order.slice(place, place + flush.size);
      need(part.length === flush.size && same(part, sorted(part)), `${i + 1}`);
      place += flush.size;
    });
    need(place === order.length && stated === k, "log.jsonl");
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
    need(rows.every((row) => DAY.test(row.day)), "day");
    vote.spent = spent.length;
    vote.days = new Map();
    for (const row of rows) count(vote.days, row.day);
    return `${spent.length} / ${printed.length}`;
  },
  paper(vote) {
    const total = { returned: 0, valid: 0, void: 0 }, rows = vote.rows("paper_batches.csv", PAPER);
    for (const row of rows) {
      const n = {};
      need(vote.manifest.polling_points.includes(row.point) && DAY.test(row.day), row.batch);
      for (const name of PAPER.slice(3, 9)) { need(/^[0-9]{1,9}$/.test(row[name]), row.batch); n[name] = Number(row[name]); }
      const given = row.reasons ? row.reasons.split(" ") : [];
      need(given.every((part) => /^[a-z_]+=[1-9][0-9]{0,8}$/.test(part)), row.batch);
      const reasons = given.reduce((sum, part) => sum + Number(part.split("=")[1]), 0);
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
    const { turnout } = vote.json("stats.json"), places = turnout.map((row) => `${row.day} ${row.channel}`);
    need(turnout.every((row) => online.includes(row.channel) && DAY.test(row.day)) && same(places, sorted(new Set(places))), "stats.json");
    for (const row of turnout) {
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
    const { options, title } = vote.manifest, sum = [...toi.values()].reduce((a, b) => a + b, 0);
    const heads = {
      toi: [
        "# FILE NAME: ballots.toi", `# TITLE: ${title.pl ?? ""}`, "# DATA TYPE: toi", `# NUMBER ALTERNATIVES: ${options.length}`,
        `# NUMBER VOTERS: ${sum}`, `# NUMBER UNIQUE ORDERS: ${toi.size}`,
        ...options.map((one, place) => `# ALTERNATIVE NAME ${place + 1}: ${one.code} ${one.title}`),
      ],
      abif: [
        `{title: ${JSON.stringify(title.pl ?? "")}}`,
        ...options.map((one) => `=${one.code}:[${one.title.replaceAll("[", "(").replaceAll("]", ")")}]`),
      ],
    };
    for (const [ending, found, gap] of [["toi", toi, ": "], ["abif", abif, ":"]]) {
      // The most frequent first, equals by their text.
      const order = sorted(found.keys()).sort((a, b) => found.get(b) - found.get(a));
      const expected = [...heads[ending], ...order.map((ballot) => `${found.get(ballot)}${gap}${ballot}`)];
      need(vote.text(`ballots.${ending}`) === expected.map((line) => `${line}\n`).join(""), `ballots.${ending}`);
    }
    return "toi, abif";
  },
  events(vote) {
    const isRehearsal = vote.manifest.rehearsal === true;
    let state = isRehearsal ? "appeals" : "draft", last = "", number = 0, isDrawn = false;
    for (const event of vote.lines("events.jsonl")) {
      number += 1;
      need(event.at >= last && /^\d{4}(-\d\d){2}T(\d\d:){2}\d\dZ$/.test(event.at), `${number}`);
      last = event.at;
      need(event.from === state && STEPS.has(`${event.verb} ${event.from} ${event.to}`), `${number}`);
      state = event.to;
      isDrawn ||= state === "drawn";
    }
    need(isDrawn === (vote.rules.tie === "lot"), "draw");
    need((isRehearsal ? ["tallied"] : ["objections", "certified"]).includes(state), state);
    return `${number}`;
  },
};
