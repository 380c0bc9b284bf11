// The files of a bundle: the zip, stored as the platform writes it, and what is in it.

import { fail, need, same, sha256, text } from "./bytes.js";

const FIRST_OF_1980 = (1 << 5) | 1;

/** The files by their names, one that is there twice or broken, and whether nothing else is there. */
export function unzip(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end -= 1;
  need(end >= 0, "zip");
  const files = new Map(), start = view.getUint32(end + 16, true);
  let place = start, wrong = "", head = 0, isPlain = end === bytes.length - 22, last = "";
  for (let left = view.getUint16(end + 10, true); left > 0; left -= 1) {
    const flags = view.getUint16(place + 8, true), packing = view.getUint16(place + 10, true);
    need(view.getUint32(place, true) === 0x02014b50 && packing === 0 && !(flags & 1), "zip");
    const size = view.getUint32(place + 24, true), at = view.getUint32(place + 42, true), names = view.getUint16(place + 28, true);
    const rest = view.getUint16(place + 30, true) + view.getUint16(place + 32, true);
    const name = text(bytes.subarray(place + 46, place + 46 + names));
    const here = text(bytes.subarray(at + 30, at + 30 + view.getUint16(at + 26, true)));
    if (view.getUint32(at, true) !== 0x04034b50 || here !== name || files.has(name)) wrong = name;
    const begin = at + 30 + names + view.getUint16(at + 28, true);
    need(begin + size <= bytes.length, name);
    files.set(name, bytes.subarray(begin, begin + size));
    const isOfThatDay = view.getUint16(place + 12, true) === 0 && view.getUint16(place + 14, true) === FIRST_OF_1980;
    isPlain &&= flags === 0 && rest === 0 && isOfThatDay && at === head && begin === at + 30 + names && name > last;
    last = name;
    head = begin + size;
    place += 46 + names + rest;
  }
  return { files, wrong, isPlain: isPlain && head === start && place === end };
}

export class Vote {
  constructor(unzipped) { Object.assign(this, unzipped); }
  read(name) { need(this.files.has(name), name); return this.files.get(name); }
  text(name) { return text(this.read(name)); }
  json(name) { try { return JSON.parse(this.text(name)); } catch { return fail(name); } }
  /** What each line says, and the line itself with its end. */
  *written(name) {
    const bytes = this.read(name);
    let start = 0;
    while (start < bytes.length) {
      let end = bytes.indexOf(10, start);
      end = end < 0 ? bytes.length : end + 1;
      let line, value;
      try { line = text(bytes.subarray(start, end)); value = JSON.parse(line); } catch { fail(name); }
      yield [value, line];
      start = end;
    }
  }
  *lines(name) { for (const [value] of this.written(name)) yield value; }
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
  // What stands behind the last end of a line is a row too.
  if (cell || row.length) rows.push([...row, cell]);
  return rows;
}
