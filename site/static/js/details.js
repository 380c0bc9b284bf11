// Opens the folded filters on a wide screen in browsers whose style sheets cannot do it.
const wide = matchMedia("(min-width: 60rem)");

function unfold() {
  for (const panel of document.querySelectorAll("[data-open-when-wide]")) {
    if (wide.matches) panel.open = true;
  }
}

if (!CSS.supports("selector(::details-content)")) {
  unfold();
  wide.addEventListener("change", unfold);
}
