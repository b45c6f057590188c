"""Two ways to work a page: with the mouse, and with the keyboard alone."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

LONGEST_WAY = 250
"""How often Tab may be pressed to get somewhere: more than any page has stops."""


class Mouse:
    """Points and clicks; types where it has clicked."""

    def __init__(self, page: Page) -> None:
        """Work on a page."""
        self.page = page

    def press(self, target: Locator) -> None:
        """Press a button, follow a link, open a fold."""
        target.click()

    def write(self, target: Locator, text: str) -> None:
        """Write into a field, in place of what stands there."""
        target.click()
        target.fill(text)

    def choose(self, target: Locator) -> None:
        """Choose an answer, as people do: by its words."""
        target.locator("xpath=ancestor::label").click()


class Keyboard:
    """Tab, Enter, Space, arrows and shortcuts, and nothing else. Every stop on the way must show its focus."""

    def __init__(self, page: Page) -> None:
        """Work on a page."""
        self.page = page

    def keys(self, *names: str) -> None:
        """Press keys one after the other."""
        for name in names:
            self.page.keyboard.press(name)

    def go_to(self, target: Locator) -> None:
        """Press Tab until the focus is there."""
        target.wait_for(state="attached")
        for _ in range(LONGEST_WAY):
            if target.evaluate("(element) => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
            self.check_focus()
        raise AssertionError(f"Tab does not lead to {target}")

    def check_focus(self) -> None:
        """Refuse a stop that nobody sees; passing through the frame of the browser is none."""
        fault = self.page.evaluate(UNSEEN)
        assert not fault, fault

    def press(self, target: Locator) -> None:
        """Press a button, follow a link, open a fold."""
        self.go_to(target)
        self.page.keyboard.press("Enter")

    def write(self, target: Locator, text: str) -> None:
        """Write into a field, in place of what stands there."""
        self.go_to(target)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(text)

    def choose(self, target: Locator) -> None:
        """Go to a group of answers with Tab, and to the answer with the arrows; tick a box with Space."""
        if target.get_attribute("type") == "checkbox":
            self.go_to(target)
            self.page.keyboard.press("Space")
            return
        group = self.page.locator(f"input[name='{target.get_attribute('name')}']")
        chosen = group.and_(self.page.locator(":checked"))
        self.go_to(chosen if chosen.count() else group.first)
        self.page.keyboard.press("Space")
        for _ in range(group.count()):
            if target.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
            self.check_focus()
        raise AssertionError(f"The arrows do not lead to {target}")


Hand = Mouse | Keyboard

# What a stop must be: outlined (itself, or the label around a hidden box), and not covered by a bar that floats above.
UNSEEN = """() => {
  const stop = document.activeElement;
  // Without :focus it is a button inside of a date field: the browser's own, and it draws the mark itself.
  if (!stop || stop === document.body || !stop.matches(':focus')) return '';
  const name = `<${stop.tagName.toLowerCase()} class="${stop.className}"> ${stop.textContent.trim().slice(0, 60)}`;
  let seen = null;
  for (let element = stop, up = 0; element && up < 3 && !seen; element = element.parentElement, up += 1) {
    const style = getComputedStyle(element);
    const isOutlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    if (isOutlined && Number(style.opacity) > 0) seen = element;
  }
  if (!seen) return `the focus cannot be seen on ${name}`;
  const box = seen.getBoundingClientRect();
  const points = [[box.left + 2, box.top + 2], [box.left + box.width / 2, box.top + box.height / 2],
                  [box.right - 2, box.bottom - 2]];
  const isShown = points.some(([x, y]) => {
    const hit = document.elementFromPoint(x, y);
    return hit && (seen.contains(hit) || hit.contains(seen));
  });
  return isShown ? '' : `the focus is covered, or outside of the window, on ${name}`;
}"""
