// Asks once what may be loaded from elsewhere, and loads nothing before. The choice stays in this
// browser and is never sent to us.

const KEY = "consent";
const panel = document.querySelector("[data-consent]");

function remembered() {
  try {
    const { version, groups } = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return version === panel.dataset.consent && Array.isArray(groups) ? groups : null;
  } catch {
    return null; // storage is off, or holds something else: asked again
  }
}

function remember(groups) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ version: panel.dataset.consent, groups }));
  } catch {
    // Storage is off: the choice holds for this page.
  }
}

function show(button) {
  const frame = document.createElement("iframe");
  frame.src = button.dataset.embed;
  frame.title = button.dataset.title;
  frame.allowFullscreen = true;
  frame.referrerPolicy = "strict-origin";
  frame.className = "embed__frame";
  frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-presentation allow-popups");
  button.closest(".buttons").before(frame);
  button.remove();
}

function apply(groups) {
  if (groups.includes("statistics") && !document.querySelector("[data-counts]")) {
    const script = document.createElement("script");
    script.src = panel.dataset.statistics;
    script.async = true;
    script.dataset.counts = "";
    document.head.append(script);
  }
  if (groups.includes("embeds")) document.querySelectorAll("[data-embed]").forEach(show);
}

function ask(groups, moveFocus) {
  for (const box of panel.querySelectorAll("input[name]")) box.checked = groups.includes(box.name);
  panel.hidden = false;
  if (moveFocus) panel.focus();
}

if (panel) {
  const before = remembered();
  if (before) apply(before);
  else ask([], false);

  panel.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-allow]");
    if (!button) return;
    const boxes = [...panel.querySelectorAll("input[name]")];
    const allowed = boxes.filter((box) =>
      button.dataset.allow === "all" || (button.dataset.allow === "chosen" && box.checked));
    const groups = allowed.map((box) => box.name), had = remembered() ?? [];
    remember(groups);
    panel.hidden = true;
    // What runs already cannot be taken back from a page; a new one begins without it.
    if (had.some((one) => !groups.includes(one))) location.reload();
    else apply(groups);
  });
  for (const button of document.querySelectorAll("[data-embed]")) {
    button.hidden = false;
    button.addEventListener("click", () => show(button));
  }
  for (const button of document.querySelectorAll("[data-consent-open]")) {
    button.hidden = false;
    button.addEventListener("click", () => ask(remembered() ?? [], true));
  }
}
