// The code from an envelope: read from the fragment of the QR, which no server ever sees; and the
// small sum while the booth is careful.

const form = document.querySelector("[data-code-form]");
const field = form.elements.code;

if (location.hash.length > 1 && !field.value) {
  field.value = location.hash.slice(1, 61);
  history.replaceState(null, "", location.pathname);
}

/** Whether the digest begins with so many zero bits. */
function fits(digest, bits) {
  const view = new DataView(digest);
  return view.getUint32(0) >>> (32 - bits) === 0;
}

async function solve({ riddle, bits }) {
  const encoder = new TextEncoder();
  for (let number = 0; ; number += 1) {
    const text = encoder.encode(`${riddle} ${number}`);
    if (fits(await crypto.subtle.digest("SHA-256", text), Number(bits))) return String(number);
  }
}

const answer = form.elements.answer;
if (answer && globalThis.crypto?.subtle) {
  const solved = solve(answer.dataset).then((number) => {
    answer.value = number;
    form.querySelector("[data-riddle-wait]").hidden = true;
  });
  form.addEventListener("submit", (event) => {
    if (answer.value) return;
    event.preventDefault();
    solved.then(() => form.submit());
  });
}
