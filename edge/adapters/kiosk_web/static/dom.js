// Small hands for the page: nodes are made once and changed in place, so that a finger never loses the button under it.

export const by = (id) => document.getElementById(id);

export function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function show(node, on) {
  if (node.hidden === on) node.hidden = !on;
}

export function attribute(node, name, value) {
  if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

export function make(tag, className = "", ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (tag === "button") node.type = "button";
  node.append(...children);
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

export function shape(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

export const icon = (name) => shape("svg", { class: "icon", "aria-hidden": "true" }, shape("use", { href: href(name) }));

export function setIcon(holder, name) {
  attribute(holder.querySelector("use"), "href", href(name));
}

const href = (name) => `/static/icons.svg#${name}`;
