// The page works without this. With it, the page follows what others change, and filters as one types.
"use strict";

const PERIOD = 3000; // milliseconds between two looks; a look that finds nothing new is a 304

let etag = null;

function filter() {
  const words = document.getElementById("q").value.toLowerCase().split(/\s+/);
  for (const tree of document.querySelectorAll(".tree")) {
    const text = tree.textContent.toLowerCase();
    tree.hidden = !words.every((word) => text.includes(word));
  }
}

function count() {
  const place = document.getElementById("count");
  if (place) {
    const number = document.querySelectorAll('input[name="trees"]:checked').length;
    place.textContent = number ? `(${number})` : "";
  }
}

/** Take the trees and the stack from the page as it is now; keep what is selected, and the focus. */
async function refresh() {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const selected = new Set([...document.querySelectorAll('input[name="trees"]:checked')].map((box) => box.value));
  const focused = document.activeElement?.id;
  for (const id of ["trees", "stack"]) {
    const now = page.getElementById(id);
    if (now) document.getElementById(id)?.replaceWith(document.adoptNode(now));
  }
  document.querySelector("h1")?.replaceWith(document.adoptNode(page.querySelector("h1")));
  document.title = page.title;
  for (const box of document.querySelectorAll('input[name="trees"]')) box.checked = selected.has(box.value);
  if (focused) document.getElementById(focused)?.focus();
  filter();
  count();
}

async function look() {
  try {
    if (document.visibilityState === "visible") {
      const response = await fetch("/trees", { cache: "no-cache" });
      const now = response.headers.get("ETag");
      if (response.ok && etag !== null && now !== etag) await refresh();
      if (response.ok) etag = now;
    }
  } catch {
    // The server is away for a moment: the next look tries again.
  }
  setTimeout(look, PERIOD);
}

if (document.getElementById("trees")) {
  document.getElementById("q").addEventListener("input", filter);
  document.addEventListener("change", count);
  filter();
  count();
  look();
}
