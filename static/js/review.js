// Reviewing: a number is put where the cursor stands, and Ctrl+Enter keeps and goes on from inside the words.
// Without this file the same buttons keep the draft with the number at its end.
function insert(area, text) {
  const before = area.value.slice(0, area.selectionStart);
  const after = area.value.slice(area.selectionEnd);
  const lead = before && !/\s$/.test(before) ? " " : "";
  const tail = /^[\s.,;:)]/.test(after) ? "" : " ";
  area.setRangeText(lead + text + tail, area.selectionStart, area.selectionEnd, "end");
  area.focus();
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function wireCitations() {
  for (const group of document.querySelectorAll("[data-cites]")) {
    const area = document.getElementById(group.dataset.cites);
    // Until somebody sets the cursor, the end of the words is where it is wanted.
    if (area) area.setSelectionRange(area.value.length, area.value.length);
    group.addEventListener("click", (event) => {
      const button = event.target.closest("button[name=cite]");
      if (!button || !area) return;
      event.preventDefault();
      insert(area, `E${button.value}`);
    });
  }
}

function wireKeepFromWords() {
  const form = document.querySelector("form.judge");
  form?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const onward = form.querySelector(".button-primary");
    if (!onward) return;
    event.preventDefault();
    form.requestSubmit(onward);
  });
}

export function wireReview() {
  wireCitations();
  wireKeepFromWords();
}
