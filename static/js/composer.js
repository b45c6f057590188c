// Logging evidence from any page, in a dialog over it: the page underneath keeps its place and what was typed there.
// The form is the server's own page, fetched when the dialog opens. A half-written line is kept for this window until
// it is saved or somebody signs out; it is shown to nobody but the person who wrote it.
import { wireSuggestions } from "./suggestions.js";

const KEPT = "belay-composer";
const NOT_KEPT = new Set(["csrf_token", "idempotency_key", "next", "offered"]);
const STALE = "Not saved yet: the form had expired and was fetched anew, with your line in it. Press Save once more.";
const NOT_SAVED = {
  401: "Not saved: your session is over. Your line stays here; sign in in the new tab, then press Save again.",
  413: "Not saved: this is more than Belay takes at once. Your line stays here; shorten it, then press Save again.",
  429: "Not saved: too much came at once. Your line stays here; wait a minute, then press Save again.",
  500: "Not saved: something went wrong in Belay. Your line stays here; press Save again in a moment.",
  503: "Not saved: Belay cannot store anything right now. Your line stays here; press Save again in a moment.",
};
const UNANSWERED = "Belay did not answer. Your line stays here; press Save again, it is stored once at most.";
const ELSEWHERE = "Not saved: Belay asks something of you first. Your line stays here; answer in the new tab, then press Save again.";
const NO_FORM = "The form could not be fetched. What you are writing on the page stays; close this and try again in a moment.";
const NO_SESSION = "Your session is over. What you are writing on the page stays; sign in in a new tab, then open this again.";
const SAVED = "Saved. It stands under Evidence; what else there is to say about it could not be fetched.";

// What is kept -----------------------------------------------------------------

function forget() {
  sessionStorage.removeItem(KEPT);
}

function keep(form, owner) {
  const fields = [...new FormData(form)].filter(([name]) => !NOT_KEPT.has(name));
  const says = fields.some(([name, value]) => ["title", "links", "expectations"].includes(name) && value.trim());
  // The key of the form: a page that says what was saved names it.
  const key = form.elements.namedItem("idempotency_key")?.value;
  if (says) sessionStorage.setItem(KEPT, JSON.stringify({ owner, key, fields }));
  else forget();
}

function kept() {
  return JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
}

function restore(form, owner) {
  const line = kept();
  if (!line) return false;
  if (line.owner !== owner) return forget(), false;
  for (const [name, value] of line.fields) {
    for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (field.type === "radio" || field.type === "checkbox") field.checked ||= field.value === value;
      else field.value = value;
    }
  }
  return true;
}

// What stands on the page underneath ---------------------------------------------

function isChanged(field) {
  if (field.type === "hidden" || field.type === "submit") return false;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.type === "file") return field.files.length > 0;
  if (field.options) {
    const first = [...field.options].findIndex((option) => option.defaultSelected);
    return field.selectedIndex !== Math.max(first, 0);
  }
  return "defaultValue" in field && field.value !== field.defaultValue;
}

function holdsText() {
  const forms = [...document.querySelectorAll("main form")];
  return document.querySelector("main .error-summary") !== null || forms.some((form) => [...form.elements].some(isChanged));
}

async function fetchPage(address, options = {}) {
  const answer = await fetch(address, options);
  return { answer, page: new DOMParser().parseFromString(await answer.text(), "text/html") };
}

// What a fault says was true of what was sent: once its field says something else, it is over.
function wireFaults(form) {
  form.addEventListener("input", ({ target }) => {
    if (target.getAttribute("aria-invalid") !== "true" || !target.value.trim()) return;
    target.removeAttribute("aria-invalid");
    target.removeAttribute("aria-describedby");
    document.getElementById(`${target.id}-error`)?.remove();
    const summary = document.querySelector(`.error-summary:has(a[href="#${CSS.escape(target.id)}"])`);
    if (!summary) return;
    for (const link of summary.querySelectorAll(`a[href="#${CSS.escape(target.id)}"]`)) link.closest("li").remove();
    if (!summary.querySelector("li")) summary.remove();
    else summary.querySelector("h2").textContent = "This still keeps it from being saved. What you typed is still here.";
  });
}

// The dialog ----------------------------------------------------------------------

class Composer {
  constructor(dialog) {
    this.dialog = dialog;
    this.body = dialog.querySelector("[data-composer-body]");
    this.said = dialog.querySelector("[data-composer-said]");
    this.early = "";
    this.isLoading = false;
    this.suggestions = null;
    dialog.addEventListener("keydown", (event) => this.typedEarly(event));
    // Escape says so before the dialog closes. That it has closed is told later, perhaps when it is open again.
    dialog.addEventListener("cancel", () => this.suggestions?.stop());
    dialog.addEventListener("close", () => dialog.open || this.suggestions?.stop());
  }

  get form() {
    return this.body.querySelector("form");
  }

  say(words) {
    this.said.textContent = words;
  }

  // A tab of its own leaves this page, and what is written on it, as they are.
  sayWithLink(words, label) {
    const link = Object.assign(document.createElement("a"), { href: this.link.href, target: "_blank", textContent: label });
    link.rel = "noopener";
    this.said.replaceChildren(`${words} `, link);
  }

  // Letters that are typed before the form is there belong to its line; a space on a button presses it.
  typedEarly(event) {
    if (!this.isLoading || this.form || event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " " && event.target.closest("button, a")) return;
    event.preventDefault();
    this.early += event.key;
  }

  async open(link) {
    if (this.dialog.open) return;
    this.link = link;
    this.say("");
    this.dialog.showModal();
    if (!this.form) {
      // Not on the button that closes, which a space would press.
      this.body.focus();
      const fault = await this.load();
      if (fault) {
        this.cannotOpen(fault);
        return;
      }
    } else {
      this.suggest();
    }
    const line = this.form.elements.namedItem("title");
    line.focus();
    if (!this.early) return;
    line.value += this.early;
    this.early = "";
    line.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // Fetches the form; returns what is wrong, or nothing.
  async load() {
    this.body.setAttribute("aria-busy", "true");
    this.isLoading = true;
    try {
      const { answer, page } = await fetchPage(this.link.dataset.compose);
      if (this.show(page)) return "";
      return answer.redirected ? NO_SESSION : NO_FORM;
    } catch {
      return NO_FORM;
    } finally {
      this.isLoading = false;
      this.body.removeAttribute("aria-busy");
    }
  }

  // Where nothing can be lost, the plain way says what is wrong.
  cannotOpen(fault) {
    if (holdsText()) this.sayWithLink(fault, "Open the form in a new tab");
    else location.assign(this.link.href);
  }

  show(page) {
    const sheet = page.getElementById("composer-sheet");
    if (!sheet) return false;
    const owner = sheet.dataset.owner;
    this.body.replaceChildren(document.adoptNode(sheet));
    const form = this.form;
    const isRefused = sheet.querySelector(".error-summary") !== null;
    const isRestored = !isRefused && restore(form, owner);
    if (isRestored) this.say("The line that you had begun is still here.");
    if (isRestored || isRefused) keep(form, owner);
    this.suggestions?.stop();
    this.suggestions = wireSuggestions(form);
    wireFaults(form);
    this.suggest();
    for (const kind of ["input", "change"]) form.addEventListener(kind, () => keep(form, owner));
    form.addEventListener("submit", (event) => this.send(event));
    return true;
  }

  suggest() {
    if (this.form.elements.namedItem("title").value) this.suggestions.ask();
  }

  async send(event) {
    event.preventDefault();
    const { form } = this;
    const button = event.submitter;
    if (form.getAttribute("aria-busy")) return;
    form.setAttribute("aria-busy", "true");
    this.say("Saving");
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form, button),
        headers: { Accept: "application/json" },
        redirect: "manual",
      });
      await this.heard(answer, await answer.text(), button);
    } catch {
      this.say(UNANSWERED);
    } finally {
      form.removeAttribute("aria-busy");
    }
  }

  // Only 201 says that the line is stored. Whatever leads elsewhere did so before it was looked at.
  async heard(answer, text, button) {
    if (answer.status === 201) await this.saved(JSON.parse(text).next);
    else if (answer.status === 422 && this.show(new DOMParser().parseFromString(text, "text/html"))) {
      this.say("");
      this.body.querySelector(".error-summary")?.focus();
    } else if (answer.type === "opaqueredirect") this.sayWithLink(ELSEWHERE, "Open Belay in a new tab");
    else if (answer.status === 401) this.signIn(button);
    else if (answer.status === 400) this.say((await this.load()) || STALE);
    else this.say(NOT_SAVED[answer.status] ?? NOT_SAVED[500]);
  }

  // The session has run out: the plain form carries what was typed through the sign-in, if it alone would be lost.
  signIn(button) {
    if (holdsText()) {
      this.sayWithLink(NOT_SAVED[401], "Sign in in a new tab");
      return;
    }
    const { form } = this;
    if (button?.name) {
      const act = document.createElement("input");
      Object.assign(act, { type: "hidden", name: button.name, value: button.value });
      form.append(act);
    }
    form.submit();
  }

  async saved(next) {
    forget();
    if (!holdsText()) {
      location.assign(next);
      return;
    }
    // Something is being written on the page: it stays, and what was said comes to it.
    this.dialog.close();
    this.body.replaceChildren();
    this.say("");
    document.querySelector(".flashes")?.replaceChildren(...(await this.whatWasSaid(next)));
  }

  async whatWasSaid(next) {
    try {
      const { answer, page } = await fetchPage(next);
      const said = [...(page.querySelector(".flashes")?.childNodes ?? [])];
      if (answer.ok && said.length) return said.map((node) => document.adoptNode(node));
    } catch {
      // The line is stored all the same.
    }
    return [Object.assign(document.createElement("p"), { className: "notice notice-good", textContent: SAVED })];
  }
}

export function wireComposer() {
  const here = document.querySelector("main form.composer, main #log-in-full");
  for (const form of document.querySelectorAll("main form.composer")) {
    wireSuggestions(form);
    wireFaults(form);
  }
  for (const said of document.querySelectorAll("[data-clears]")) if (said.dataset.clears === kept()?.key) forget();
  for (const form of document.querySelectorAll('form[action$="/logout"]')) form.addEventListener("submit", forget);
  const dialog = document.getElementById("composer-dialog");
  if (!dialog) return;
  const composer = new Composer(dialog);
  for (const link of document.querySelectorAll("a[data-compose]")) {
    link.setAttribute("aria-haspopup", "dialog");
    link.addEventListener("click", (event) => {
      if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      if (here) here.elements.namedItem("title").focus();
      else composer.open(link);
    });
  }
}
