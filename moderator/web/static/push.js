// Alerts on this phone: asks the browser for a subscription when somebody taps the button, and says so when a test was tapped.
"use strict";
(function () {
  const on = document.getElementById("push-on");
  const state = document.getElementById("push-state");
  const how = document.getElementById("push-how");
  const confirm = document.getElementById("push-confirm");
  if (!on || !state) return;

  const OLD_IPHONE = /iPhone|iPad|iPod/.test(navigator.userAgent) && !navigator.standalone;

  function say(text) {
    state.textContent = text;
  }

  function bytes(base64url) {
    const text = atob(base64url.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(text, function (letter) { return letter.charCodeAt(0); });
  }

  function same(one, other) {
    if (!one) return false;
    const left = new Uint8Array(one);
    return left.length === other.length && left.every(function (byte, at) { return byte === other[at]; });
  }

  async function own() {
    const worker = await navigator.serviceWorker.ready;
    return worker.pushManager.getSubscription();
  }

  async function look() {
    if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) {
      say(OLD_IPHONE ? "" : "This browser cannot take alerts. Letters go to you all the same.");
      how.hidden = !OLD_IPHONE;
      return;
    }
    if (Notification.permission === "denied") {
      say("You told this browser not to show our alerts. Allow notifications for this page in its settings, then come back.");
      return;
    }
    const found = await own();
    if (found && confirm) {
      confirm.elements.endpoint.value = found.endpoint;
      confirm.hidden = false;
      confirm.requestSubmit();
      return;
    }
    const known = found && same(found.options.applicationServerKey, bytes(on.dataset.key));
    say(known ? "This browser has alerts for this page. Below is where they go." : "Alerts are off on this phone.");
    on.hidden = Boolean(known) && Boolean(document.querySelector("[data-phone]"));
  }

  on.addEventListener("submit", async function (event) {
    event.preventDefault();
    const button = on.querySelector("button");
    button.disabled = true;
    try {
      if (await Notification.requestPermission() !== "granted") {
        say("Your phone was not allowed to show alerts. You can tap the button again.");
        return;
      }
      const worker = await navigator.serviceWorker.ready;
      const before = await worker.pushManager.getSubscription();
      const key = bytes(on.dataset.key);
      // One that was made for another key of the school can never be used again.
      if (before && !same(before.options.applicationServerKey, key)) await before.unsubscribe();
      const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
      on.elements.subscription.value = JSON.stringify(made);
      on.submit();
    } catch (_error) {
      say("Your phone could not switch alerts on just now. Please try again in a minute.");
    } finally {
      button.disabled = false;
    }
  });

  look().catch(function () {
    say("This browser did not say whether it takes alerts. Please reload the page.");
  });
})();
