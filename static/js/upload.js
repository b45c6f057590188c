// Says that a file is on its way, and refuses one that is too large before it is sent: a server that stops reading in
// the middle of a file is an error page of the browser's own, which says nothing.
export function wireUploads() {
  for (const state of document.querySelectorAll("[data-upload]")) {
    const form = state.closest("form");
    const file = form.querySelector("input[type=file]");
    const say = (words, isRefused) => {
      state.textContent = words;
      state.classList.toggle("is-refused", isRefused);
    };
    form.addEventListener("submit", (event) => {
      const size = Array.from(file.files).reduce((sum, one) => sum + one.size, 0);
      if (size > Number(state.dataset.upload)) {
        event.preventDefault();
        say(state.dataset.tooLarge, true);
        file.focus();
      } else if (file.files.length) {
        say(state.dataset.busy, false);
      }
    });
    // Nothing is on its way once another file is chosen, the sending was stopped, or the page came back.
    file.addEventListener("change", () => say("", false));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") say("", false);
    });
    window.addEventListener("pageshow", () => say("", false));
  }
}
