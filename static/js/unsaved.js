// Asks before somebody leaves a page with words in a form[data-warns-unsaved] that were typed and not sent, or boxes that
// were ticked and not sent.
// What a refused form still holds counts as typed: its page came from the server with that text in it.

function holdsMore(form) {
  if (form.querySelector("[aria-invalid]")) return true;
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  if (boxes.some((box) => box.checked !== box.defaultChecked)) return true;
  return [...form.querySelectorAll("textarea")].some((field) => field.value !== field.defaultValue);
}

export function wireUnsaved() {
  for (const form of document.querySelectorAll("form[data-warns-unsaved]")) {
    let isSubmitting = false;
    form.addEventListener("submit", () => {
      isSubmitting = true;
    });
    // A page that comes back from the history can be left again.
    window.addEventListener("pageshow", () => {
      isSubmitting = false;
    });
    window.addEventListener("beforeunload", (event) => {
      if (!isSubmitting && holdsMore(form)) event.preventDefault();
    });
  }
}
