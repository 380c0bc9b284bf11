// Checks the audit bundle that somebody has downloaded and chosen here. A worker does it, so that the
// page stays awake; the file is read by this browser and goes nowhere.

function verify(part) {
  const input = part.querySelector("input[type=file]");
  const list = part.querySelector("[data-checks]");
  const progress = part.querySelector("progress");
  const results = part.querySelectorAll("[data-result]");
  // Anybody can make a bundle that agrees with itself; this page is about one vote.
  const verdict = ({ isBundle, isGood, isRehearsal, manifest }) => {
    if (isBundle === false) return "no-bundle";
    if (!isGood) return "bad";
    if (isRehearsal) return "rehearsal";
    return manifest === part.dataset.manifest ? "good" : "another";
  };
  const show = (name) => results.forEach((one) => { one.hidden = one.dataset.result !== name; });
  let worker = null;

  function write({ name, outcome, detail }) {
    const row = list.querySelector(`[data-check="${name}"]`);
    row.hidden = false;
    row.dataset.outcome = outcome;
    for (const word of row.querySelectorAll("[data-outcome-word]")) word.hidden = word.dataset.outcomeWord !== outcome;
    row.querySelector("[data-detail]").textContent = detail;
    progress.value += 1;
  }

  // A file of the same name, downloaded again, would be no change.
  input.addEventListener("click", () => { input.value = ""; });
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (!file) return;
    worker?.terminate();
    show("");
    list.hidden = false;
    for (const row of list.children) {
      row.hidden = true;
      delete row.dataset.outcome;
    }
    progress.value = 0;
    progress.hidden = false;
    worker = new Worker(part.dataset.worker, { type: "module" });
    worker.addEventListener("message", ({ data }) => {
      if (data.name) write(data);
      if (!data.done) return;
      progress.hidden = true;
      show(verdict(data));
    });
    worker.addEventListener("error", () => {
      progress.hidden = true;
      show("no-bundle");
    });
    const bytes = await file.arrayBuffer();
    worker.postMessage(bytes, [bytes]);
  });
  part.hidden = false;
}

document.querySelectorAll("[data-verify]").forEach(verify);
