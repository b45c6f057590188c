// Changes the colours at once and stores the choice with the account, by the same form that works without a script.
// Nothing is kept in the browser: the next page comes with the choice in its markup.
import { newKey } from "./idempotency.js";

function apply(choice) {
  if (choice === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  for (const button of document.querySelectorAll(".theme-switch button")) {
    button.setAttribute("aria-pressed", String(button.value === choice));
  }
}

async function store(form, button) {
  const body = new FormData(form, button);
  body.set("idempotency_key", newKey());
  const answer = await fetch(form.action, { method: "POST", body });
  if (!answer.ok) throw new Error(String(answer.status));
}

export function wireTheme() {
  for (const form of document.querySelectorAll("form.theme-switch")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const button = event.submitter;
      apply(button.value);
      // When the server cannot be reached that way, the plain form says why.
      store(form, button).catch(() => {
        const choice = document.createElement("input");
        choice.type = "hidden";
        choice.name = button.name;
        choice.value = button.value;
        form.append(choice);
        form.submit();
      });
    });
  }
}
