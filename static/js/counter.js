// Counts the characters of every textarea[data-counts] while somebody writes, as the server counts them.
// The number stands in the field's hint, in [data-count]; too many say so, and nothing is ever cut.

function lengthOf(text) {
  return [...text.trim()].length;
}

export function wireCounters() {
  for (const field of document.querySelectorAll("textarea[data-counts]")) {
    const shown = document.querySelector(`#${CSS.escape(field.id)}-hint [data-count]`);
    if (!shown) continue;
    const most = Number(field.dataset.counts);
    const count = () => {
      const length = lengthOf(field.value);
      shown.textContent = String(length);
      shown.parentElement.classList.toggle("is-over", length > most);
    };
    field.addEventListener("input", count);
    count();
  }
}
