// What makes the page handier where scripts run. Nothing here is needed: every form and link works without it.
"use strict";
(function () {
  // The app's worker: scripts and icons without a network, and pushes.
  if ("serviceWorker" in navigator && window.isSecureContext) {
    navigator.serviceWorker.register("/sw.js").catch(function () {});
  }

  // The banner while there is no network.
  const offline = document.getElementById("offline");
  function showOffline() {
    if (offline) offline.hidden = navigator.onLine;
  }
  window.addEventListener("online", showOffline);
  window.addEventListener("offline", showOffline);
  showOffline();

  // A request that no tap or key began does not count as somebody being there: the session still ends by itself.
  const AWAKE = ["pointerdown", "keydown", "submit"];
  let tapped = false;
  AWAKE.forEach(function (name) {
    document.addEventListener(name, function () { tapped = true; }, { capture: true, passive: true });
  });
  document.addEventListener("htmx:configRequest", function (event) {
    if (!tapped) event.detail.headers["X-Background"] = "1";
  });
  document.addEventListener("htmx:afterRequest", function () { tapped = false; });
  document.addEventListener("htmx:sendError", function () {
    notice("Nothing was sent: there is no network just now. Please try again.");
  });

  // The answer to what was asked for on a card that is gone has no place to stand any more.
  document.addEventListener("htmx:beforeCleanupElement", function (event) {
    const gone = event.target;
    gone.addEventListener("htmx:beforeSwap", function (answer) {
      if (gone.isConnected || answer.target !== gone) return;
      answer.preventDefault();
      if (gone.id === "tray") window.location.assign("/triage");
    });
  });

  function notice(text) {
    const place = document.getElementById("notices");
    if (!place) return;
    const box = document.createElement("div");
    box.className = "notice warning";
    box.textContent = text;
    place.replaceChildren(box);
  }

  // How many cases wait, at the tab and on the app's icon; and how many tasks by hand, at theirs.
  const count = document.querySelector('[data-count="/triage"]');
  const byHand = document.querySelector('[data-count="/tasks"]');
  function tell(place, number, words) {
    if (!place) return;
    place.hidden = number === 0;
    place.textContent = number > 99 ? "99+" : String(number);
    place.setAttribute("aria-label", words);
  }
  async function refreshCount() {
    if (!count || document.hidden || !navigator.onLine) return;
    let answer;
    try {
      answer = await fetch("/waiting", { headers: { "X-Background": "1" }, cache: "no-store" });
    } catch (_none) {
      return;
    }
    if (answer.redirected) {
      // Signed out meanwhile: nothing stays to be read on the screen.
      window.location.reload();
      return;
    }
    if (!answer.ok) return;
    const waiting = await answer.json();
    tell(count, waiting.waiting, waiting.waiting + " waiting, " + waiting.urgent + " of them urgent");
    count.classList.toggle("urgent", waiting.urgent > 0);
    tell(byHand, waiting.tasks, waiting.tasks + " to be done by hand");
    if (navigator.setAppBadge) navigator.setAppBadge(waiting.waiting).catch(function () {});
  }
  refreshCount();
  window.setInterval(refreshCount, 30000);
  document.addEventListener("visibilitychange", refreshCount);
  document.addEventListener("htmx:afterSwap", refreshCount);

  // <span data-countdown="10">10</span> counts down to 0; then its nearest [data-over] gets the event "over".
  const running = new WeakSet();
  function countDown() {
    document.querySelectorAll("[data-countdown]").forEach(function (place) {
      if (running.has(place)) return;
      running.add(place);
      const ends = performance.now() + 1000 * Number(place.dataset.countdown);
      const timer = window.setInterval(function () {
        const left = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
        place.textContent = String(left);
        if (left > 0 && place.isConnected) return;
        window.clearInterval(timer);
        const whole = place.closest("[data-over]");
        if (whole) whole.dispatchEvent(new Event("over", { bubbles: true }));
      }, 250);
    });
  }
  countDown();
  document.addEventListener("htmx:afterSwap", countDown);

  // A form is sent once, however often it is tapped.
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (event.defaultPrevented || form.method === "dialog" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });

  // The help about keys.
  const keys = document.getElementById("keys");
  document.addEventListener("keydown", function (event) {
    if (event.key !== "?" || event.ctrlKey || event.metaKey || event.altKey || !keys || keys.open) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    keys.showModal();
  });

  // A button that copies the text of another element.
  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-copy]");
    const source = button && document.getElementById(button.dataset.copy);
    if (!source || !navigator.clipboard) return;
    const text = "value" in source ? source.value : source.textContent;
    navigator.clipboard.writeText(text).then(function () {
      (button.querySelector(".label") || button).textContent = "Copied";
    }, function () {});
  });
})();
