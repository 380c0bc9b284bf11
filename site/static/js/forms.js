// Counts signs under long answers and shows a question only when it is asked.
// Without this script the count is that of the last save and every question is shown with the
// words that say when to answer it.
import { readAnswer } from "./answers.js";

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

if (form) {
  const lines = form.querySelectorAll("[data-count-for]");
  const update = () => {
    showWhatIsAsked();
    lines.forEach(count);
  };
  form.addEventListener("input", update);
  form.addEventListener("answers-changed", update);
  update();
}
