// How long a call is still open, by the server's clock: the visitor's own may be wrong.
const line = document.querySelector("[data-countdown]");

// 266523 s as “3 days, 2 hr, 2 min” in the page's language.
function inWords(seconds, language) {
  const parts = [
    ["day", Math.floor(seconds / 86_400)],
    ["hour", Math.floor((seconds % 86_400) / 3_600)],
    ["minute", Math.floor((seconds % 3_600) / 60)],
  ];
  if (seconds < 3_600) parts.push(["second", Math.floor(seconds % 60)]);
  const shown = parts.filter(([, value], position) => value > 0 || position === parts.length - 1);
  const words = shown.map(([unit, value]) =>
    new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }).format(value),
  );
  return new Intl.ListFormat(language, { type: "unit", style: "short" }).format(words);
}

async function start() {
  const before = performance.now();
  const response = await fetch(line.dataset.clock);
  const { now } = await response.json();
  // Half of the way there and back has passed since the server looked at its clock.
  const origin = Date.parse(now) + (performance.now() - before) / 2 - performance.now();
  const closes = Date.parse(line.dataset.countdown);
  const language = document.documentElement.lang || "pl";
  const clock = new Intl.DateTimeFormat(language, { timeStyle: "medium", timeZone: "Europe/Warsaw" });
  const tell = () => {
    const current = origin + performance.now();
    const left = Math.floor((closes - current) / 1000);
    line.hidden = false;
    line.textContent =
      left > 0
        ? line.dataset.text
            .replace("{time}", inWords(left, language))
            .replace("{clock}", clock.format(new Date(current)))
        : line.dataset.textClosed;
    if (left > 0) setTimeout(tell, 1000);
  };
  tell();
}

if (line) start();
