// Keeps the words about what is answered true while somebody answers: the count, the way to the first open row, and the
// mark of the row itself. The words are the server's; only their number, the address and a class change.
function isAnswered(row) {
  return row.querySelector("input[type=radio]:checked") !== null;
}

function count(form) {
  for (const row of form.querySelectorAll("[data-row]")) row.classList.toggle("is-unanswered", !isAnswered(row));
  const needed = [...form.querySelectorAll("[data-needed]")];
  const open = needed.filter((row) => !isAnswered(row));
  const words = form.querySelector("[data-answered]");
  const said = words.textContent.replace(/^\d+/, String(needed.length - open.length));
  if (said !== words.textContent) words.textContent = said;
  const way = form.querySelector("[data-first-open]");
  if (!way) return;
  if (open.length > 0) way.href = `#${open[0].id}`;
  else way.remove();
}

export function wireAnswers() {
  for (const words of document.querySelectorAll("form [data-answered]")) {
    const form = words.closest("form");
    form.addEventListener("change", () => count(form));
    // A page that comes back from the history brings its answers along after it was loaded.
    window.addEventListener("pageshow", () => count(form));
    count(form);
  }
}
