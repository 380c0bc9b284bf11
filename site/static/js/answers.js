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
  const plain = (answer) => {
    const values = [...(answer ?? [])];
    while (values.length && values.at(-1) === "") values.pop();
    return JSON.stringify(values);
  };
  return plain(one) === plain(other);
}

export function writeAnswer(question, answer) {
  const name = question.dataset.question;
  if (question.dataset.kind === "table") return writeTable(question, answer);
  for (const control of question.querySelectorAll("input, textarea, select")) {
    if (control.name !== name) continue;
    if (["radio", "checkbox"].includes(control.type)) {
      control.checked = answer.includes(control.value);
    } else {
      control.value = answer[0] ?? "";
    }
  }
}

// The cells of a table, row after row; rows that are missing are added.
function writeTable(question, answer) {
  const cells = () => [...question.querySelectorAll(`[name="${question.dataset.question}"]`)];
  while (cells().length < answer.length && addRow(question));
  cells().forEach((control, position) => {
    control.value = answer[position] ?? "";
  });
}

// One more empty row; gives its first control, or nothing where there may be no more.
export function addRow(question) {
  const table = question.querySelector("[data-table]");
  const rows = table.querySelectorAll("[data-row]");
  if (rows.length >= Number(table.dataset.maxRows)) return null;
  const last = rows[rows.length - 1];
  const row = last.cloneNode(true);
  const number = String(rows.length + 1);
  row.querySelectorAll(".field__error").forEach((error) => error.remove());
  for (const control of row.querySelectorAll("input, select")) {
    control.value = "";
    control.removeAttribute("aria-invalid");
    control.id = control.id.replace(/-\d+-(\d+)$/, `-${rows.length}-$1`);
    const label = control.getAttribute("aria-label");
    control.setAttribute("aria-label", label.replace(/\d+$/, number));
  }
  last.after(row);
  return row.querySelector("input, select");
}
