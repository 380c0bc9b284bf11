// Reads and writes the answer to one question, whatever its controls are.

// The answer as a list of texts: one for a field, any number for choices.
export function readAnswer(question) {
  const name = question.dataset.question;
  const controls = [...question.querySelectorAll("input, textarea, select")].filter(
    (control) => control.name === name,
  );
  return controls
    .filter((control) => !["radio", "checkbox"].includes(control.type) || control.checked)
    .map((control) => control.value);
}

// Lists that mean the same: nothing chosen and an empty text are both no answer.
export function sameAnswer(one, other) {
  const plain = (answer) => JSON.stringify((answer ?? []).filter((value) => value !== ""));
  return plain(one) === plain(other);
}

export function writeAnswer(question, answer) {
  const name = question.dataset.question;
  for (const control of question.querySelectorAll("input, textarea, select")) {
    if (control.name !== name) continue;
    if (["radio", "checkbox"].includes(control.type)) {
      control.checked = answer.includes(control.value);
    } else {
      control.value = answer[0] ?? "";
    }
  }
}
