// Runs before the page is drawn, so that a chosen appearance never flashes into another one.
// `data-script` on the root lets the style sheets show what works only with scripts.
(() => {
  const root = document.documentElement;
  root.dataset.script = "";
  try {
    const theme = localStorage.getItem("theme");
    if (["light", "dark", "contrast"].includes(theme)) root.dataset.theme = theme;
  } catch {
    // Storage is switched off: the system's preference holds.
  }
})();
