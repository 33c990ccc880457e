// Makes what is shown like what was drawn anew, and leaves alone what did not change: no flicker, no jump, and the focus stays where it is.
// Elements with data-key are known again wherever they are among their siblings. Listeners belong on `root`, not on what is drawn.

export function morph(root, fresh) {
  const held = root.contains(document.activeElement) ? document.activeElement : null;
  children(root, fresh.flat(3).filter(Boolean));
  if (!held || document.activeElement === held) return;
  (held.isConnected && !held.disabled ? held : root).focus({ preventScroll: true });
}

function children(old, wanted) {
  const keys = new Set(wanted.map(key).filter(Boolean)), known = new Map();
  for (const child of [...old.childNodes]) {
    if (key(child) && keys.has(key(child))) known.set(key(child), child);
    else if (key(child)) child.remove();
  }
  let at = old.firstChild;
  for (const fresh of wanted) {
    const same = key(fresh) ? known.get(key(fresh)) : !key(at) && at;
    if (!same || same.nodeName !== fresh.nodeName) {
      old.insertBefore(fresh, at);
      continue;
    }
    if (same === at) at = at.nextSibling;
    else old.insertBefore(same, at);
    alike(same, fresh);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

function alike(old, fresh) {
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && name !== "style" && !(name === "open" && old.tagName === "DETAILS")) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (name !== "style" && old.getAttribute(name) !== value) old.setAttribute(name, value);
  if (old.style.cssText !== fresh.style.cssText) old.style.cssText = fresh.style.cssText;
  children(old, [...fresh.childNodes]);
}

function key(node) { return node?.dataset?.key; }
