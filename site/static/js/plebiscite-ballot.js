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

/** What is marked so far, in the words of the page. */
function described(form, none, of) {
  const { method, most, points } = form.dataset;
  if (form.querySelector("[data-blank]:checked")) {
    return form.querySelector("[data-blank]").dataset.name;
  }
  if (method === "single") {
    return form.querySelector("input[name=pick]:checked")?.dataset.name ?? none;
  }
  if (method === "approval") {
    const number = form.querySelectorAll("input[name=pick]:checked").length;
    return number ? `${number} ${of} ${most}` : none;
  }
  const fields = [...form.querySelectorAll("[name^='m-']")].filter((one) => Number(one.value));
  if (!fields.length) return none;
  if (method === "points") {
    const given = fields.reduce((sum, one) => sum + Number(one.value), 0);
    return `${given} ${of} ${points}`;
  }
  return fields
    .sort((one, other) => Number(one.value) - Number(other.value))
    .map((one) => `${one.value}: ${one.dataset.name.replace(/^\d+\.\s*/, "")}`)
    .join(", ");
}

function sayChoice(form) {
  const place = form.querySelector("[data-choice]");
  const name = place.querySelector("[data-choice-name]");
  const show = () => {
    name.textContent = described(form, name.dataset.none, name.dataset.of);
    place.hidden = false;
  };
  form.addEventListener("input", show);
  form.addEventListener("change", show);
  show();
}

/** Escape closes an enlarged picture and gives the focus back to its work. */
addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && document.querySelector(".zoom:target");
  if (open) open.querySelector("a").click();
});
addEventListener("hashchange", () => document.querySelector(".zoom:target")?.focus());

document.querySelectorAll("form[data-ballot]:not([data-seal])").forEach(sayChoice);
document.querySelectorAll("form[data-seal]").forEach((form) => {
  seal(form);
  // Back from the receipt asks for the booth anew, which says that the vote was taken; without this
  // the browser would have to send the choice once more, and shows an error instead.
  form.addEventListener("submit", () => history.replaceState(null, "", location.href));
});
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
