// Suggests expectations while somebody types: the form asks the server after each pause, and takes from the answer the
// suggestions, the kind it guessed and a link it found. Ticks that are set stay, and so does a kind that was chosen.
const PAUSE = 400;
const LINK_AT_END = /https?:\/\/\S*$/i;

function replaceSuggestions(mine, fresh) {
  const ticked = new Set([...mine.querySelectorAll("input:checked")].map((box) => box.value));
  for (const box of fresh.querySelectorAll("input")) box.checked = ticked.has(box.value);
  const wasOpen = mine.querySelector("details")?.open ?? false;
  const at = mine.contains(document.activeElement) ? document.activeElement : null;
  const focused = at?.matches("input") ? `input[value="${CSS.escape(at.value)}"]` : "summary";
  mine.dataset.suggestions = fresh.dataset.suggestions;
  mine.replaceChildren(...[...fresh.childNodes].map((node) => document.adoptNode(node)));
  const all = mine.querySelector("details");
  if (all) all.open = wasOpen;
  if (at) mine.querySelector(focused)?.focus();
}

function takeKind(form, answer) {
  const offered = form.elements.namedItem("offered");
  const guessed = answer.elements.namedItem("offered").value;
  const kind = form.elements.namedItem("kind");
  if (kind.value !== offered.value || guessed === offered.value) return;
  kind.value = guessed;
  offered.value = guessed;
}

// A tick says so when the chosen kind does not count towards it.
function remarkOnTicks(form) {
  const kind = form.querySelector('input[name="kind"]:checked');
  for (const remark of form.querySelectorAll("[data-accepts]")) {
    const isTicked = remark.closest("label").querySelector("input").checked;
    remark.hidden = !isTicked || !kind || remark.dataset.accepts.split(" ").includes(kind.value);
    remark.textContent = remark.hidden ? "" : `does not count as ${kind.closest("label").textContent.trim()}`;
  }
}

// An address that is still being typed would be taken when it is half there: the cursor stands at its end.
function isTypingLink(title) {
  return document.activeElement === title && LINK_AT_END.test(title.value.slice(0, title.selectionEnd));
}

function takeLink(form, answer, sent) {
  const [title, links] = ["title", "links"].map((name) => form.elements.namedItem(name));
  const found = answer.elements.namedItem("links").value;
  if (title.value !== sent.get("title") || found === links.value) return;
  // The space after a link stands before the next word.
  const space = /\s$/.test(title.value) ? " " : "";
  title.value = answer.elements.namedItem("title").value + space;
  links.value = found;
  title.dispatchEvent(new Event("change", { bubbles: true }));
}

function takeSuggestions(form, answer) {
  const fresh = answer.querySelector("[data-suggestions]");
  const mine = form.querySelector("[data-suggestions]");
  if (fresh && mine) replaceSuggestions(mine, fresh);
  takeKind(form, answer);
  remarkOnTicks(form);
  const number = Number(mine?.dataset.suggestions ?? 0);
  const words = number === 1 ? "One suggestion from your words." : `${number} suggestions from your words.`;
  form.querySelector("[data-suggest]").textContent = number ? words : "";
}

// Returns how to ask at once, and how to stop: nobody waits for suggestions to a form that is closed.
export function wireSuggestions(form) {
  const address = form.querySelector("[data-suggest]")?.dataset.suggest;
  if (!address) return { ask() {}, stop() {} };
  const title = form.elements.namedItem("title");
  let timer = 0;
  let running = null;
  let isPasted = false;
  const ask = async () => {
    clearTimeout(timer);
    running?.abort();
    running = new AbortController();
    const sent = new FormData(form);
    try {
      const answer = await fetch(address, { method: "POST", body: sent, signal: running.signal });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.querySelector("form.composer");
      if (!found) return;
      takeSuggestions(form, found);
      if (isPasted || !isTypingLink(title)) takeLink(form, found, sent);
    } catch {
      // Without suggestions the list below still has every expectation.
    }
  };
  const later = (pause) => {
    clearTimeout(timer);
    timer = setTimeout(ask, pause);
  };
  const stop = () => {
    clearTimeout(timer);
    running?.abort();
  };
  title.addEventListener("input", (event) => {
    isPasted = ["insertFromPaste", "insertFromDrop"].includes(event.inputType);
    later(isPasted ? 0 : PAUSE);
  });
  title.addEventListener("blur", () => {
    if (LINK_AT_END.test(title.value)) later(0);
  });
  form.addEventListener("change", () => remarkOnTicks(form));
  form.addEventListener("submit", stop);
  // Another form leads away from the page, perhaps out of the session that this one belongs to.
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) stop();
  });
  // What a script does by itself needs no button.
  for (const button of form.querySelectorAll("button[formaction]")) button.hidden = true;
  remarkOnTicks(form);
  return { ask, stop };
}
