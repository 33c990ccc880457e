// Everything that is wrong with what can be seen and pressed now, as lines of text. Lengths in CSS px at `rem` px a rem.
() => {
  const faults = [];
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const unit = rem / 16;
  window.dispatchEvent(new PointerEvent("pointerdown"));
  const seen = (node) => node.checkVisibility({ visibilityProperty: true }) && !node.closest("[inert]");
  const name = (node) => node.id || node.dataset?.key || node.className || node.tagName;
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth || root.scrollHeight > innerHeight) faults.push(`page scrolls: ${root.scrollWidth}x${root.scrollHeight}`);

  const buttons = [...document.querySelectorAll("button, [role=button]")].filter(seen);
  const boxes = buttons.map((button) => button.getBoundingClientRect());
  const inside = (box, frame, slack) =>
    box.left >= frame.left - slack && box.top >= frame.top - slack && box.right <= frame.right + slack && box.bottom <= frame.bottom + slack;
  const view = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
  buttons.forEach((button, at) => {
    const box = boxes[at];
    if (Math.min(box.width, box.height) < 60 * unit - 0.5) faults.push(`target ${name(button)}: ${box.width}x${box.height}`);
    if (!inside(box, view, 1)) faults.push(`target ${name(button)} outside the screen`);
    const frame = button.closest(".panel, .card, footer, header")?.getBoundingClientRect();
    if (frame && !inside(box, frame, 1)) faults.push(`target ${name(button)} outside its frame`);
    for (const y of [box.top + 6, box.bottom - 6]) {
      const hit = document.elementFromPoint((box.left + box.right) / 2, y);
      if (hit && !button.contains(hit)) faults.push(`target ${name(button)} lies under ${name(hit)}`);
    }
    boxes.slice(0, at).forEach((other, number) => {
      const apart = box.right <= other.left + 1 || other.right <= box.left + 1 || box.bottom <= other.top + 1 || other.bottom <= box.top + 1;
      if (!apart) faults.push(`targets ${name(button)} and ${name(buttons[number])} overlap`);
    });
  });

  const channel = (value) => ((value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const numbers = (color) => color.match(/[\d.]+/g).map(Number);
  const light = ([red, green, blue]) => 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const color = numbers(getComputedStyle(at).backgroundColor);
      if (color.length < 4 || color[3] === 1) return color;
      if (color[3] > 0) faults.push(`${name(at)}: half transparent ground can not be judged`);
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const node = text.parentElement;
    if (!text.data.trim() || !seen(node)) continue;
    const style = getComputedStyle(node);
    const size = parseFloat(style.fontSize);
    const what = `"${text.data.trim().slice(0, 30)}"`;
    if (size < 18 * unit - 0.1) faults.push(`${what}: ${size} px`);
    if (parseFloat(style.lineHeight) / size < 1.299) faults.push(`${what}: line spacing ${style.lineHeight} of ${size}`);
    const action = node.closest("button.main, button.stop, button.lead, .choices button, .key:not(.quiet)");
    if (action && node.tagName !== "SMALL" && size < 30 * unit - 0.1) faults.push(`main action ${what}: ${size} px`);
    const [high, low] = [light(numbers(style.color)), light(ground(node))].sort((a, b) => b - a);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < 7) faults.push(`${what}: contrast ${ratio.toFixed(2)}`);
    if (node.id === "title") continue; // a long name may end in dots
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const box of range.getClientRects()) {
      const frame = node.closest("#notice, button, .panel, .card, header")?.getBoundingClientRect() ?? view;
      if (!inside(box, view, 1) || !inside(box, frame, size * 0.2)) faults.push(`${what}: cut off by ${name(node.closest("#notice, button, .panel, .card, header") ?? node)}`);
    }
  }
  return faults;
}
