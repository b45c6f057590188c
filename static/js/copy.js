// Shows the copy buttons; without a script they stay hidden, and the field beside them can be selected by hand.
const SAID_FOR_MS = 2000;

export function wireCopy() {
  for (const button of document.querySelectorAll("[data-copy]")) {
    const field = document.getElementById(button.dataset.copy);
    const words = button.querySelector("span").firstChild;
    const before = words.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
        words.textContent = "Copied";
        setTimeout(() => {
          words.textContent = before;
        }, SAID_FOR_MS);
      } catch {
        // The field is selected: the keyboard copies it.
      }
    });
  }
}
