// Small helpers over the DOM. Text enters as text nodes only, never as markup.

const svgNamespace = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  element.append(...children);
  return element;
}

/** A new HTML element. */
export function node(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** A new SVG element. */
export function shape(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(svgNamespace, tag), attributes, children);
}

/** Sets an attribute where it differs; null, undefined and false remove it. */
export function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
    return;
  }
  const text = value === true ? "" : String(value);
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

/** Sets an element's text where it differs. */
export function setText(element, text) {
  const now = text ?? "";
  if (element.textContent !== now) element.textContent = now;
}

/** Shows or hides an element. */
export function show(element, isShown) {
  if (element.hidden === isShown) element.hidden = !isShown;
}

/**
 * A list of views in a container, one for each item, kept by key: known ones are updated, new ones
 * made, and those whose item is gone removed. A view has a `root` and an `update`.
 */
export class ViewList {
  constructor(container, keyOf, make) {
    this.container = container;
    this.keyOf = keyOf;
    this.make = make;
    this.views = new Map();
  }

  update(items, ...more) {
    const gone = new Set(this.views.keys());
    let place = this.container.firstChild;
    for (const item of items) {
      const key = this.keyOf(item);
      gone.delete(key);
      let view = this.views.get(key);
      if (!view) {
        view = this.make(item);
        this.views.set(key, view);
      }
      if (view.root === place) place = place.nextSibling;
      else this.container.insertBefore(view.root, place);
      view.update(item, ...more);
    }
    for (const key of gone) {
      this.views.get(key).root.remove();
      this.views.delete(key);
    }
  }
}
