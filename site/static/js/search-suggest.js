// Titles offered while somebody types in the search of the site. Without this script the field is
// an ordinary one.
const field = document.querySelector("input[data-suggest]");

if (field) {
  const list = document.createElement("datalist");
  list.id = "search-suggestions";
  field.after(list);
  field.setAttribute("list", list.id);
  let asked = "";
  let waiting = 0;

  const ask = async () => {
    const typed = field.value.trim();
    if (typed.length < 2 || typed === asked) return;
    asked = typed;
    try {
      const answer = await fetch(`${field.dataset.suggest}?q=${encodeURIComponent(typed)}`);
      if (!answer.ok) return;
      const { titles } = await answer.json();
      if (field.value.trim() !== typed) return;
      list.replaceChildren(
        ...titles.map((title) => {
          const option = document.createElement("option");
          option.value = title;
          return option;
        }),
      );
    } catch {
      // Offline: the search itself will say so.
    }
  };

  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 120);
  });
}
