// The app's own worker. It keeps scripts and icons, and one page that says "You are offline": never a page with words.
// It shows pushes, which hold counts only, and opens what it is about when one is tapped.
"use strict";
const KEPT = "moderator-shell";

self.addEventListener("install", (event) => {
  event.waitUntil(keepShell().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

async function keepShell() {
  const answer = await fetch("/shell.json", { credentials: "omit", cache: "no-store" });
  if (!answer.ok) return;
  const shell = await answer.json();
  const cache = await caches.open(KEPT);
  const wanted = [...shell.files, shell.offline];
  for (const request of await cache.keys()) {
    if (!wanted.includes(new URL(request.url).pathname)) await cache.delete(request);
  }
  for (const address of wanted) {
    // Without cookies: what is kept is what anybody would get. Another file has another address: the browser's own copy is good.
    const got = await fetch(address, { credentials: "omit" });
    if (got.ok && !got.redirected) await cache.put(address, got);
  }
}

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => kept("/offline")));
  } else if (url.pathname.startsWith("/static/")) {
    event.respondWith(kept(url.pathname, request));
  }
});

async function kept(path, request) {
  const cache = await caches.open(KEPT);
  const found = await cache.match(path);
  if (found) return found;
  return request ? fetch(request) : Response.error();
}

self.addEventListener("push", (event) => {
  event.waitUntil(show(event.data ? event.data.json() : {}));
});

function show(counts) {
  const urgent = Number(counts.urgent) || 0;
  const waiting = Number(counts.waiting) || 0;
  const titles = {
    urgent: urgent === 1 ? "1 urgent comment" : `${urgent} urgent comments`,
    digest: waiting === 1 ? "1 comment waits for you" : `${waiting} comments wait for you`,
    test: "Alerts reach this phone",
  };
  const texts = {
    urgent: "Somebody may be at risk. Tap to see.",
    digest: "Tap when you have a minute.",
    test: "Tap to confirm that you got this.",
  };
  const severity = counts.severity in titles ? counts.severity : "urgent";
  if (self.navigator.setAppBadge && severity !== "test") self.navigator.setAppBadge(waiting).catch(() => {});
  return self.registration.showNotification(titles[severity], {
    body: texts[severity],
    tag: severity,
    renotify: severity === "urgent",
    requireInteraction: severity === "urgent",
    lang: "en-GB",
    data: { path: { urgent: "/alerts", digest: "/triage", test: "/push?tapped=1" }[severity] },
  });
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openPage((event.notification.data || {}).path || "/"));
});

async function openPage(path) {
  const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  for (const client of open) {
    if ("navigate" in client && "focus" in client) {
      const there = await client.focus();
      return there.navigate(path).catch(() => self.clients.openWindow(path));
    }
  }
  return self.clients.openWindow(path);
}
