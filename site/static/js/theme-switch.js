// The switch of appearance: remembers the choice on this device only.
const root = document.documentElement;

function remember(theme) {
  try {
    if (theme === "system") localStorage.removeItem("theme");
    else localStorage.setItem("theme", theme);
  } catch {
    // Storage is switched off: the choice holds for this page.
  }
}

function apply(theme) {
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
}

for (const panel of document.querySelectorAll("[data-theme-switch]")) {
  const current = panel.querySelector(`input[value="${root.dataset.theme ?? "system"}"]`);
  if (current) current.checked = true;
  panel.addEventListener("change", (event) => {
    apply(event.target.value);
    remember(event.target.value);
  });
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !panel.open) return;
    panel.open = false;
    panel.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    if (panel.open && !panel.contains(event.target)) panel.open = false;
  });
}
