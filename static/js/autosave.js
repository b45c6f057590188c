// Stores a form marked data-autosave="URL" two seconds after the last change.
// It says "saved" only after the server said so, names what went wrong, and never takes text away.
//
// Each draft carries `sequence`, greater than any before it, so that a late one never replaces a newer one, and an
// idempotency key of its own: a repeat of the same draft keeps its key, the next draft gets a new one.
import { newKey } from "./idempotency.js";

const WAIT = 2000;
const FIRST_RETRY = 2000;
const LONGEST_RETRY = 60000;

class Draft {
  constructor(form) {
    this.form = form;
    this.box = document.querySelector(`.save-state[data-save-for="${CSS.escape(form.id)}"]`);
    this.sequence = Number(form.dataset.sequence) || 0;
    this.timer = 0;
    this.retry = FIRST_RETRY;
    this.isDirty = false;
    this.isSending = false;
    this.isStopped = false;
    this.pending = null;
  }

  say(state, text, link) {
    if (!this.box) return;
    this.box.dataset.state = state;
    const words = this.box.querySelector("[data-save-text]");
    words.textContent = text;
    if (!link) return;
    const anchor = document.createElement("a");
    anchor.href = link.href;
    anchor.target = "_blank";
    anchor.rel = "noopener";
    anchor.textContent = link.text;
    words.append(" ", anchor);
  }

  changed() {
    this.isDirty = true;
    this.pending = null;
    if (this.isStopped) return;
    this.say("saving", "Not saved yet");
    this.after(WAIT);
  }

  after(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), pause);
  }

  next() {
    const body = new FormData(this.form);
    this.sequence += 1;
    body.set("sequence", String(this.sequence));
    body.set("idempotency_key", newKey());
    return body;
  }

  async send(isLeaving = false) {
    if (!this.isDirty || this.isSending || this.isStopped) return;
    clearTimeout(this.timer);
    this.isSending = true;
    this.isDirty = false;
    this.pending ??= this.next();
    const sent = this.pending;
    this.say("saving", "Saving");
    try {
      const answer = await fetch(this.form.dataset.autosave, {
        method: "POST",
        body: sent,
        headers: { Accept: "application/json" },
        redirect: "manual",
        keepalive: isLeaving,
      });
      await this.heard(answer, sent);
    } catch {
      this.failed(sent);
    } finally {
      this.isSending = false;
    }
  }

  async heard(answer, sent) {
    if (answer.status === 401 || answer.type === "opaqueredirect") {
      this.stop("You are signed out, so this is not saved. Your text stays here; use the form’s own button, sign in, and it is sent.");
    } else if (answer.status === 409) {
      this.stop("Not saved: this was changed in another window or by somebody else. Your text stays here.", {
        href: location.href,
        text: "Look at what is stored",
      });
    } else if (answer.status >= 400 && answer.status < 500 && answer.status !== 408 && answer.status !== 429) {
      const words = await answer.json().catch(() => ({}));
      this.refused(words.error);
    } else if (!answer.ok) {
      this.failed(sent);
    } else {
      this.saved(await answer.json());
    }
  }

  saved(words) {
    this.retry = FIRST_RETRY;
    this.pending = null;
    if (Number(words.sequence) > this.sequence) this.sequence = Number(words.sequence);
    const version = this.form.elements.namedItem("version");
    if (version && words.version !== undefined) version.value = words.version;
    if (this.isDirty) {
      this.after(WAIT);
      return;
    }
    if (words.left_out) {
      // The rest is stored. What is at fault goes again with the next change, and the page is not left without a word.
      this.isDirty = true;
      this.say("failed", `Everything else is saved. Not saved: ${words.left_out}`);
      return;
    }
    const at = new Date(words.saved_at);
    this.say("saved", Number.isNaN(at.getTime()) ? "Saved" : `Saved at ${at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })}`);
  }

  failed(sent) {
    // Changed in the meantime: the next draft holds everything. Else the same one goes again, under the same key.
    if (!this.isDirty) this.pending = sent;
    this.isDirty = true;
    this.say("failed", `Not saved. Your text is still here; trying again in ${Math.round(this.retry / 1000)} s`);
    this.after(this.retry);
    this.retry = Math.min(this.retry * 2, LONGEST_RETRY);
  }

  refused(reason) {
    this.isDirty = true;
    this.pending = null;
    this.say("failed", reason ? `Not saved: ${reason}` : "Not saved. Your text is still here; the form’s own button says what is wrong.");
  }

  stop(text, link) {
    this.isDirty = true;
    this.isStopped = true;
    this.say("failed", text, link);
  }
}

export function wireAutosave() {
  for (const form of document.querySelectorAll("form[data-autosave]")) {
    const draft = new Draft(form);
    let isSubmitting = false;
    form.addEventListener("input", () => draft.changed());
    form.addEventListener("submit", () => {
      isSubmitting = true;
      clearTimeout(draft.timer);
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden" && !isSubmitting) draft.send(true);
    });
    window.addEventListener("online", () => draft.send());
    window.addEventListener("beforeunload", (event) => {
      if ((draft.isDirty || draft.isSending) && !isSubmitting) event.preventDefault();
    });
  }
}
