// Sends a file with its progress, and once more when the connection breaks. The whole step goes
// with it, as without this script; only the question of the file is drawn anew.
const form = document.querySelector("form[data-autosave]");
const TRIES = 3;
const PAUSE = 2_000;

function post(data, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.action || location.href);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress(Math.floor((100 * event.loaded) / event.total));
    });
    request.addEventListener("load", () => resolve(request));
    request.addEventListener("error", () => reject(new Error("network")));
    request.addEventListener("timeout", () => reject(new Error("timeout")));
    request.send(data);
  });
}

const wait = (time) => new Promise((resolve) => setTimeout(resolve, time));

async function send(button) {
  const question = button.closest("[data-question]");
  const bar = question.querySelector("progress");
  const status = question.querySelector("[data-upload-status]");
  const data = new FormData(form);
  data.append(button.name, button.value);
  const words = form.dataset;
  button.disabled = true;
  bar.hidden = false;
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    try {
      const request = await post(data, (percent) => {
        bar.value = percent;
        status.textContent = words.textSending.replace("{percent}", percent);
      });
      return drawAnew(question, request);
    } catch {
      status.textContent = attempt < TRIES ? words.textAgain : words.textFailed;
      if (attempt < TRIES) await wait(PAUSE * attempt);
    }
  }
  button.disabled = false;
  bar.hidden = true;
}

function drawAnew(question, request) {
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const name = question.dataset.question;
  const fresh = page.querySelector(`[data-question="${CSS.escape(name)}"]`);
  // Another page: signed out, sent meanwhile. It says itself what happened.
  if (!fresh) return location.assign(request.responseURL);
  question.replaceChildren(...document.importNode(fresh, true).childNodes);
  const rev = page.querySelector("input[name=rev]");
  if (rev) form.elements.rev.value = rev.value;
  question.querySelector(".files__name a, .field__error, input")?.focus();
}

form?.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button?.name !== "upload") return;
  const question = button.closest("[data-question]");
  if (!question.querySelector("input[type=file]").files.length) return;
  event.preventDefault();
  send(button);
});
