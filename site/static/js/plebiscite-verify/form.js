// How the files of a bundle are written: in one way alone, so that no other program reads them in
// another one.

import { canonical, need, same } from "./bytes.js";

export const PAPER = ["batch", "point", "day", "issued", "returned", "unused", "missing", "valid", "void", "reasons"];
const TABLES = { "codes_spent.csv": ["digest", "day"], "paper_batches.csv": PAPER, "moderation.csv": ["number", "state", "reason"] };
const OTHERS = [
  "manifest.json", "codes_printed.txt", "ballots.toi", "ballots.abif", "verify.py", "VERIFY.md", "LICENSE.txt", "SHA256SUMS",
  "SHA256SUMS.sig",
];

// What may become of a proposal that was sent.
const PROPOSALS = new Set([
  "submitted", "in_review", "changes_requested", "rejection_proposed", "accepted", "rejected", "appealed", "upheld", "withdrawn",
  "merged",
]);
export const DAY = /^\d{4}-\d\d-\d\d$/;

const isText = (value) => typeof value === "string";
const isWhole = (value) => Number.isSafeInteger(value) && value >= 0;
const isFlag = (value) => typeof value === "boolean";
const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const listOf = (shape) => (value) => Array.isArray(value) && value.every((one) => fits(one, shape));
const SHAPES = {
  "log.jsonl": { position: isWhole, commitment: isText, previous: isText, digest: isText },
  "checkpoints.jsonl": { number: isWhole, size: isWhole, root: isText, next_key: isText, signature: isText },
  "openings.jsonl": { c: isText, ballot: isText, nonce: isText, channel: isText },
  "events.jsonl": { at: isText, verb: isText, from: isText, to: isText },
  "reconciliation.json": {
    account: { marks: isWhole, ballots: isWhole }, code: { marks: isWhole, ballots: isWhole },
    paper: { returned: isWhole, valid: isWhole, void: isWhole, ballots: isWhole }, log: isWhole, openings: isWhole,
  },
  "stats.json": {
    mix_k: isWhole, flushes: listOf({ after: isWhole, size: isWhole, last: isFlag }),
    turnout: listOf({ day: isText, channel: isText, number: isWhole }),
  },
  "tally.json": { engine: isText, input_sha256: isText, result_sha256: isText, result: isObject },
  "beacon.json": {
    drawn: isFlag, rule: isText, value: isText, source: isText, log_root: isText, order: listOf(isText), used: isFlag,
  },
};
const NOT_DRAWN = { drawn: false };

/** Whether a value has the fields, and each of them the kind, that it should have. */
function fits(value, shape) {
  if (typeof shape === "function") return shape(value);
  const names = Object.keys(shape);
  if (!isObject(value) || Object.keys(value).length !== names.length) return false;
  return names.every((name) => Object.hasOwn(value, name) && fits(value[name], shape[name]));
}

const cell = (content) => (/[",\n]/.test(content) ? `"${content.replaceAll('"', '""')}"` : content);

/** The check: all files are known, and each is written to the byte as it should be. */
export function form(vote) {
  need(vote.isPlain, "zip");
  const known = new Set([...OTHERS, ...Object.keys(SHAPES), ...Object.keys(TABLES)]);
  for (const name of known) vote.read(name);
  for (const name of vote.files.keys()) need(known.has(name) || /^options\/[A-Z0-9]{1,8}\.[a-z0-9]{1,5}$/.test(name), name);
  for (const [name, shape] of Object.entries(SHAPES)) {
    let number = 0;
    for (const [value, line] of vote.written(name)) {
      number += 1;
      const isUsual = fits(value, shape) || (name === "beacon.json" && same(value, NOT_DRAWN));
      need(isUsual && `${canonical(value)}\n` === line && (number === 1 || name.endsWith(".jsonl")), `${name}:${number}`);
    }
  }
  for (const [name, columns] of Object.entries(TABLES)) {
    const rows = [columns, ...vote.rows(name, columns).map((row) => columns.map((column) => row[column]))];
    const whole = vote.text(name);
    need(!whole.includes("\r") && rows.map((row) => `${row.map(cell).join(",")}\n`).join("") === whole, name);
  }
  let last = 0;
  for (const { number, state } of vote.rows("moderation.csv", TABLES["moderation.csv"])) {
    need(/^[1-9][0-9]{0,8}$/.test(number) && Number(number) > last && PROPOSALS.has(state), "moderation.csv");
    last = Number(number);
  }
  return `${vote.files.size}`;
}
