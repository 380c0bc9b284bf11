// Looks up a receipt or a voting code in the browser: fetches the part of the public list whose
// codes begin alike, and searches it here. Without this script the form asks the server.

const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODE_DOMAIN = "hajnowka-odnowa/plebiscite/code/1";
const MEANT = { O: "0", I: "1", L: "1", А: "A", В: "B", Е: "E", К: "K", М: "M", Н: "H", Р: "P", С: "C", Т: "T", Х: "X", О: "0", І: "1" };

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const plain = (text) => text.replace(/[^\p{L}\p{N}]/gu, "");
const meant = (text) => Array.from(plain(text).toUpperCase(), (letter) => MEANT[letter] ?? letter).join("");
const isWritten = (text, size) => text.length === size && [...text].every((letter) => LETTERS.includes(letter));

/** The hexadecimal digits with which the commitment of a receipt begins, or null. */
function beginning(typed) {
  const whole = plain(typed).toLowerCase();
  if (/^[0-9a-f]{64}$/.test(whole)) return whole;
  const letters = meant(typed);
  if (!isWritten(letters, 12)) return null;
  const number = [...letters].reduce((sum, letter) => (sum << 5n) | BigInt(LETTERS.indexOf(letter)), 0n);
  return number.toString(16).padStart(15, "0");
}

/** The groups of a voting code, from 1, whose last character does not follow from the others. */
function wrongGroups(code) {
  return [1, 2, 3, 4].filter((place) => {
    const values = [...code.slice(5 * place - 5, 5 * place)].map((letter) => LETTERS.indexOf(letter));
    const total = values.slice(0, 4).reduce((sum, value) => {
      const doubled = (sum ^ value) << 1;
      return doubled & 32 ? doubled ^ 0b100101 : doubled;
    }, 0);
    return (total ^ place) !== values[4];
  });
}

async function lines(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${answer.status}`);
  const text = await answer.text();
  return text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

function show(form, name) {
  for (const answer of form.nextElementSibling.querySelectorAll("[data-answer]")) {
    answer.hidden = answer.dataset.answer !== name;
  }
}

function complain(form, isBad, why = "") {
  const error = form.querySelector("[data-unreadable]");
  error.dataset.usual ??= error.textContent;
  error.textContent = why || error.dataset.usual;
  error.hidden = !isBad;
  form.querySelector(".field").classList.toggle("field--invalid", isBad);
  const input = form.querySelector("input");
  input.toggleAttribute("aria-invalid", isBad);
  if (isBad) {
    show(form, "");
    input.focus();
  }
}

/** The options that a ballot names, in its order. */
function tell(form, ballot) {
  const names = new Map(
    Array.from(document.querySelectorAll("[data-options] li"), (one) => [one.dataset.code, one.textContent]),
  );
  const body = ballot.slice(ballot.indexOf(":") + 1);
  const place = form.nextElementSibling;
  const items = body.split(/[,>]/).filter(Boolean).map((part) => {
    const item = document.createElement("li");
    item.textContent = part.split("=").map((piece) => names.get(piece) ?? piece).join(" = ");
    return item;
  });
  place.querySelector("[data-marks]").replaceChildren(...items);
  place.querySelector("[data-blank]").hidden = body !== "";
  place.querySelector("[data-ballot]").textContent = ballot;
}

async function lookUpReceipt(form, page) {
  const start = beginning(form.elements.receipt.value);
  complain(form, start === null);
  if (start === null) return;
  const shard = start.slice(0, 2);
  const entry = (await lines(`${page.dataset.base}dziennik/${shard}.jsonl`)).find((one) =>
    one.commitment.startsWith(start),
  );
  if (!entry) return show(form, "missing");
  if (!("published" in page.dataset)) return show(form, "in-log");
  const opening = (await lines(`${page.dataset.base}glosy/${shard}.jsonl`)).find((one) => one.c === entry.commitment);
  if (!opening) return show(form, "missing");
  tell(form, opening.ballot);
  show(form, "counted");
}

async function lookUpCode(form, page) {
  const code = meant(form.elements.code.value);
  const isReadable = isWritten(code, 20);
  const wrong = isReadable ? wrongGroups(code) : [];
  const why = wrong.length ? form.querySelector("[data-wrong-groups]").dataset.wrongGroups.replace("{}", wrong.join(", ")) : "";
  complain(form, !isReadable || wrong.length > 0, why);
  if (!isReadable || wrong.length) return;
  const text = `${CODE_DOMAIN}\n${page.dataset.plebiscite}\n${code}\n`;
  const digest = hex(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));
  const found = (await lines(`${page.dataset.base}kody/${digest.slice(0, 2)}.jsonl`)).find((one) => one.digest === digest);
  show(form, found ? found.state : "missing");
}

const KINDS = { receipt: lookUpReceipt, code: lookUpCode };

for (const page of document.querySelectorAll("[data-lookup-page]")) {
  for (const note of page.querySelectorAll("[data-with-script]")) note.hidden = false;
  for (const form of page.querySelectorAll("form[data-lookup]")) {
    // Hashing a code needs a secure context; without one the form asks the server.
    if (form.dataset.lookup === "code" && !globalThis.crypto?.subtle) continue;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      KINDS[form.dataset.lookup](form, page).catch(() => show(form, "failed"));
    });
  }
}
