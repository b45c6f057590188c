// Shows the print buttons; without a script they stay hidden, because only a script can press "print".
export function wirePrint() {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}
