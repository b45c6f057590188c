// Logging evidence from any page, in a dialog over it: the page underneath keeps its place and what was typed there.
// The form is the server's own page, fetched when the dialog opens. A half-written line is kept for this window until
// it is saved or somebody signs out; it is shown to nobody but the person who wrote it.
import { wireSuggestions } from "./suggestions.js";

const KEPT = "belay-composer";
const NOT_KEPT = new Set(["csrf_token", "idempotency_key", "next", "offered"]);
const BUSY = "Not saved: Belay cannot store anything right now. Your line stays here; press Save again in a moment.";
const STALE = "Not saved yet: the form had expired and was fetched anew, with your line in it. Press Save once more.";

// What is kept -----------------------------------------------------------------

function forget() {
  sessionStorage.removeItem(KEPT);
}

function keep(form, owner) {
  const fields = [...new FormData(form)].filter(([name]) => !NOT_KEPT.has(name));
  const says = fields.some(([name, value]) => ["title", "links", "expectations"].includes(name) && value.trim());
  if (says) sessionStorage.setItem(KEPT, JSON.stringify({ owner, fields }));
  else forget();
}

function restore(form, owner) {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  if (!kept) return false;
  if (kept.owner !== owner) return forget(), false;
  for (const [name, value] of kept.fields) {
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

// The dialog ----------------------------------------------------------------------

class Composer {
  constructor(dialog) {
    this.dialog = dialog;
    this.body = dialog.querySelector("[data-composer-body]");
    this.said = dialog.querySelector("[data-composer-said]");
    this.early = "";
    dialog.addEventListener("keydown", (event) => this.typedEarly(event));
  }

  get form() {
    return this.body.querySelector("form");
  }

  say(words) {
    this.said.textContent = words;
  }

  // Letters that are typed before the form is there belong to its line.
  typedEarly(event) {
    if (this.form || event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.early += event.key;
  }

  async open(link) {
    if (this.dialog.open) return;
    this.link = link;
    this.say("");
    this.dialog.showModal();
    if (!this.form && !(await this.load())) return;
    const line = this.form.elements.namedItem("title");
    line.focus();
    if (!this.early) return;
    line.value += this.early;
    this.early = "";
    line.dispatchEvent(new Event("input", { bubbles: true }));
  }

  async load() {
    this.body.setAttribute("aria-busy", "true");
    try {
      const { page } = await fetchPage(this.link.dataset.compose);
      return this.show(page);
    } catch {
      // The plain way says what is wrong.
      location.assign(this.link.href);
      return false;
    } finally {
      this.body.removeAttribute("aria-busy");
    }
  }

  show(page) {
    const sheet = page.getElementById("composer-sheet");
    if (!sheet) {
      location.assign(this.link.href);
      return false;
    }
    const owner = sheet.dataset.owner;
    this.body.replaceChildren(document.adoptNode(sheet));
    const form = this.form;
    const isRefused = sheet.querySelector(".error-summary") !== null;
    if (!isRefused && restore(form, owner)) this.say("The line that you had begun is still here.");
    const refresh = wireSuggestions(form);
    if (form.elements.namedItem("title").value) refresh();
    for (const kind of ["input", "change"]) form.addEventListener(kind, () => keep(form, owner));
    form.addEventListener("submit", (event) => this.send(event));
    return true;
  }

  async send(event) {
    event.preventDefault();
    const { form } = this;
    const button = event.submitter;
    if (form.getAttribute("aria-busy")) return;
    form.setAttribute("aria-busy", "true");
    this.say("Saving");
    try {
      const { answer, page } = await fetchPage(form.action, {
        method: "POST",
        body: new FormData(form, button),
        redirect: "manual",
      });
      await this.heard(answer, page, button);
    } catch {
      this.say(BUSY);
    } finally {
      form.removeAttribute("aria-busy");
    }
  }

  async heard(answer, page, button) {
    if (answer.type === "opaqueredirect") await this.saved();
    else if (answer.status === 422 && this.show(page)) {
      this.say("");
      this.body.querySelector(".error-summary")?.focus();
    } else if (answer.status === 401) this.sendPlainly(button);
    else if (answer.status === 400 && (await this.load())) this.say(STALE);
    else this.say(BUSY);
  }

  // The session has run out: the plain form carries what was typed through the sign-in.
  sendPlainly(button) {
    const { form } = this;
    if (button?.name) {
      const act = document.createElement("input");
      Object.assign(act, { type: "hidden", name: button.name, value: button.value });
      form.append(act);
    }
    form.submit();
  }

  async saved() {
    forget();
    const back = this.form.elements.namedItem("next").value || "/";
    if (!holdsText()) {
      location.assign(back);
      return;
    }
    // Something is being written on the page: it stays, and what was said comes to it.
    const { page } = await fetchPage(back);
    this.dialog.close();
    this.body.replaceChildren();
    this.say("");
    const said = [...(page.querySelector(".flashes")?.childNodes ?? [])];
    document.querySelector(".flashes")?.replaceChildren(...said.map((node) => document.adoptNode(node)));
  }
}

export function wireComposer() {
  const here = document.querySelector("main form.composer, main #log-in-full");
  for (const form of document.querySelectorAll("main form.composer")) wireSuggestions(form);
  if (document.querySelector('[data-clears="composer"]')) forget();
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
