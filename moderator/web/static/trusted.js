// The one way by which text becomes markup or a script address on these pages (Trusted Types). It runs before anything else.
//
// htmx reads what the server answered with Document.parseHTMLUnsafe or DOMParser: both make a document in which no script
// runs. Only that is let through, and only for the very answer that just came. The rest is refused: innerHTML and its kind,
// scripts made from text, script addresses other than that of our service worker.
"use strict";
(function () {
  // Nothing is kept in the browser's storage: htmx would write down the address of the page, and what was searched for in it.
  Storage.prototype.setItem = function () {
    throw new DOMException("Nothing is kept here.", "NotAllowedError");
  };
  if (!window.trustedTypes || !window.trustedTypes.createPolicy) return;
  const PARSERS = ["Document parseHTMLUnsafe", "DOMParser parseFromString"];
  let answer = null;
  document.addEventListener("htmx:beforeSwap", function (event) {
    answer = String(event.detail.serverResponse);
  });
  window.trustedTypes.createPolicy("default", {
    createHTML: function (text, _type, sink) {
      return PARSERS.includes(sink) && answer !== null && text.includes(answer) ? text : null;
    },
    createScriptURL: function (address) {
      return address === "/sw.js" ? address : null;
    },
    createScript: function () {
      return null;
    },
  });
})();
