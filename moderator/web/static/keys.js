// Keys for the queue on a desktop: each presses the button or link that bears it. Nothing here is needed.
"use strict";
(function () {
  const TYPED = "input:not([type=hidden]):not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable], dialog[open]";

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.repeat || event.defaultPrevented) return;
    if (event.isComposing || event.key.length !== 1 || document.querySelector("dialog[open]")) return;
    if (event.target.closest && event.target.closest(TYPED)) return;
    const wanted = event.key.toLowerCase();
    const found = Array.from(document.querySelectorAll("[data-key]")).find(function (each) {
      return each.dataset.key === wanted && each.getClientRects().length > 0;
    });
    if (!found || found.closest(".htmx-request")) return;
    event.preventDefault();
    found.click();
  });

  // After an answer whoever listens hears what comes next, and the keys go on from there.
  document.addEventListener("htmx:afterSwap", function (event) {
    if (event.detail.target.id !== "tray" && event.detail.elt.id !== "tray") return;
    const title = document.querySelector("#tray h1");
    window.scrollTo(0, 0);
    if (title) title.focus({ preventScroll: true });
  });
})();
