// The booth, a little better: says what is marked, draws the number that hides the choice, prints.
// Without this script every step works; then the server draws the number and says so.

const DOMAIN = "hajnowka-odnowa/plebiscite/commitment/1";
const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The first sixty bits of a commitment, as people copy them. */
function shortCode(bytes) {
  const number = bytes.slice(0, 8).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n) >> 4n;
  let text = "";
  for (let shift = 55n; shift >= 0n; shift -= 5n) {
    text += LETTERS[Number((number >> shift) & 31n)];
  }
  return text.match(/.{4}/g).join("-");
}

/** SHA-256 over five lines, as plebiscite/ballots.py computes it. */
async function commit(form, nonce) {
  const { plebiscite, manifest, ballot } = form.dataset;
  const lines = [DOMAIN, plebiscite, manifest, ballot, hex(nonce)];
  const text = lines.map((line) => `${line}\n`).join("");
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

async function seal(form) {
  if (!globalThis.crypto?.subtle) return;
  const nonce = crypto.getRandomValues(new Uint8Array(16));
  const commitment = await commit(form, nonce);
  form.elements.nonce.value = hex(nonce);
  form.elements.commitment.value = hex(commitment);
  form.elements.drawn_by.value = "browser";
  form.querySelector("[data-code]").textContent = shortCode(commitment);
  form.querySelector("[data-drawn-by-server]").hidden = true;
  form.querySelector("[data-drawn-by-browser]").hidden = false;
}

function sayChoice(form) {
  const place = form.querySelector("[data-choice]");
  const show = () => {
    const marked = form.querySelector("input[name=pick]:checked");
    if (marked) place.querySelector("[data-choice-name]").textContent = marked.dataset.name;
    place.hidden = false;
  };
  form.addEventListener("change", show);
  show();
}

document.querySelectorAll("form[data-ballot]:not([data-seal])").forEach(sayChoice);
document.querySelectorAll("form[data-seal]").forEach((form) => seal(form));
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
