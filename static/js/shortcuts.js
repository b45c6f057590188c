// A key acts on the element that declares it: aria-keyshortcuts for one key, data-keys for two in turn ("g h").
// Keys are ignored while somebody types, with any modifier held, and when they have been switched off in the list.
const TYPING = "input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]";
const SWITCH = "belay-keys";
const PAUSE = 1200;

let first = "";
let firstAt = 0;

function isOff() {
  return sessionStorage.getItem(SWITCH) === "off";
}

function press(target) {
  if (target.matches("textarea, input:not([type=radio], [type=checkbox])")) target.focus();
  else target.click();
}

// The content of the page goes before its frame: "e" is the composer where there is one, else the way to it.
function find(attribute, keys) {
  const selector = `[${attribute}="${CSS.escape(keys)}"]`;
  return document.querySelector(`main ${selector}`) ?? document.querySelector(selector);
}

// What is folded away has a box all the same, but cannot take the focus.
function isShown(element) {
  return element.checkVisibility();
}

function step(by) {
  const rows = [...document.querySelectorAll("main [data-row]")].filter(isShown);
  if (rows.length === 0) return false;
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1);
  rows[next].focus();
  return true;
}

function answer(number) {
  const scales = document.querySelectorAll("[data-number-keys]");
  const scale = document.activeElement?.closest("[data-number-keys]") ?? (scales.length === 1 ? scales[0] : null);
  const choice = scale?.querySelectorAll("input[type=radio]")[number - 1];
  if (!choice) return false;
  choice.click();
  return true;
}

function openList() {
  const list = document.getElementById("shortcuts");
  if (!list || list.open) return false;
  list.showModal();
  return true;
}

function act(key) {
  const now = performance.now();
  const both = now - firstAt < PAUSE ? `${first} ${key}` : "";
  const two = both && find("data-keys", both);
  first = key;
  firstAt = two ? 0 : now;
  if (two) return press(two), true;
  if (/^[1-5]$/.test(key)) return answer(Number(key));
  const one = find("aria-keyshortcuts", key) ?? find("data-keys", key);
  if (one) return press(one), true;
  if (key === "j" || key === "k") return step(key === "j" ? 1 : -1);
  return false;
}

export function wireShortcuts() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.isComposing) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.closest(TYPING)) {
      if (event.key === "Escape") target.blur();
      return;
    }
    if (document.querySelector("dialog[open]")) return;
    const done = event.key === "?" ? openList() : !isOff() && act(event.key);
    if (done) event.preventDefault();
  });
  const box = document.querySelector("[data-keys-switch]");
  if (!box) return;
  box.checked = !isOff();
  box.addEventListener("change", () => sessionStorage.setItem(SWITCH, box.checked ? "on" : "off"));
}
