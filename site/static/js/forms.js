// Counts signs under long answers and shows a question only when it is asked.
// Without this script the count is that of the last save and every question is shown with the
// words that say when to answer it.
import { addRow, readAnswer } from "./answers.js";

const form = document.querySelector("[data-questions]");

function holds(condition, answers) {
  if (condition.all) return condition.all.every((part) => holds(part, answers));
  if (condition.any) return condition.any.some((part) => holds(part, answers));
  if (condition.not) return !holds(condition.not[0], answers);
  if (condition.filled) return (answers[condition.filled] ?? []).some((value) => value.trim());
  return (answers[condition.field] ?? []).some((value) => condition.in.includes(value));
}

// What stands in a hidden question counts as not answered, as on the server.
function showWhatIsAsked() {
  const answers = JSON.parse(form.dataset.otherAnswers || "{}");
  for (const question of form.querySelectorAll("[data-question]")) {
    const rule = question.dataset.visibleWhen;
    question.hidden = Boolean(rule) && !holds(JSON.parse(rule), answers);
    answers[question.dataset.question] = question.hidden ? [] : readAnswer(question);
  }
}

function count(line) {
  const input = document.getElementById(`a-${line.dataset.countFor}`);
  const length = [...input.value].length;
  const limit = Number(line.dataset.limit);
  line.textContent = form.dataset.textCount.replace("{length}", length).replace("{limit}", limit);
  line.classList.toggle("question__count--over", length > limit);
}

// A number as people type it, in hundredths: floating point must not lose a grosz.
function hundredths(text) {
  const plain = text.replace(/[\s\u00a0\u202f']/g, "").replace(/(zł|zl|pln)\.?$/i, "").replace(",", ".");
  if (!/^[+-]?\d{1,13}(\.\d+)?$/.test(plain)) return 0n;
  const [whole, part = ""] = plain.replace(/^[+-]/, "").split(".");
  const value = BigInt(whole) * 100n + BigInt(part.padEnd(2, "0").slice(0, 2));
  return plain.startsWith("-") ? -value : value;
}

// Sums under tables, in the words of the page's language.
function addUp(table) {
  const width = table.querySelector("[data-row]").querySelectorAll("input, select").length;
  const cells = [...table.querySelectorAll("[data-row] input, [data-row] select")];
  for (const output of table.querySelectorAll("[data-sum]")) {
    const column = Number(output.dataset.sum);
    let sum = 0n;
    cells.forEach((cell, position) => {
      if (position % width === column) sum += hundredths(cell.value);
    });
    const isMoney = "money" in output.dataset;
    const options = isMoney ? { style: "currency", currency: "PLN" } : { maximumFractionDigits: 2 };
    const language = document.documentElement.lang || "pl";
    output.textContent = new Intl.NumberFormat(language, options).format(Number(sum) / 100);
  }
}

function growOnDemand(button) {
  const question = button.closest("[data-question]");
  button.addEventListener("click", (event) => {
    event.preventDefault();
    addRow(question)?.focus();
    const table = question.querySelector("[data-table]");
    button.hidden = table.querySelectorAll("[data-row]").length >= Number(table.dataset.maxRows);
  });
}

if (form) {
  const tables = form.querySelectorAll("[data-table]");
  form.querySelectorAll("[data-add-row]").forEach(growOnDemand);
  const lines = form.querySelectorAll("[data-count-for]");
  const update = () => {
    showWhatIsAsked();
    lines.forEach(count);
    tables.forEach(addUp);
  };
  form.addEventListener("input", update);
  form.addEventListener("answers-changed", update);
  update();
}
