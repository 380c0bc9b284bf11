// A voting stand: clears itself when nobody touches it, and leaves nothing to go back to.

const { stand, idle } = document.body.dataset;
const isStart = "start" in document.body.dataset;
const warning = document.querySelector("[data-stand-warning]");
const LIMIT = Number(idle) * 1000;
const WARN = LIMIT / 3;
// By two clocks: one stops while a tablet sleeps, the other may be put back.
const since = () => ({ wall: Date.now(), steady: performance.now() });
let touched = since();

const clear = () => {
  document.querySelectorAll("form").forEach((form) => form.reset());
  location.replace(stand);
};

const look = () => {
  const now = since();
  const left = LIMIT - Math.max(now.wall - touched.wall, now.steady - touched.steady);
  if (isStart) {
    if (left <= 0) {
      document.querySelectorAll("form").forEach((form) => form.reset());
      touched = since();
    }
    return;
  }
  if (left <= 0) clear();
  else warning.hidden = left > WARN;
};

const touch = () => {
  touched = since();
  warning.hidden = true;
};

for (const event of ["pointerdown", "keydown", "input", "wheel", "touchmove"]) {
  addEventListener(event, touch, { passive: true });
}
setInterval(look, 1000);
// A page that the browser has kept for its back button is the last voter's.
addEventListener("pageshow", (event) => event.persisted && clear());
if (!isStart && performance.getEntriesByType("navigation")[0]?.type === "back_forward") clear();
