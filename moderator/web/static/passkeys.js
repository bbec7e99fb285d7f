// Lets a form be answered by a passkey: asks the server what to sign, then the device, and sends the form with the answer.
"use strict";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const described = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));

// Written out, since Safari before 18.4 has no PublicKeyCredential.parseRequestOptionsFromJSON and no toJSON.
const ceremonies = {
  get: (options) =>
    navigator.credentials.get({
      publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials: described(options.allowCredentials) },
    }),
  create: (options) =>
    navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        user: { ...options.user, id: bytes(options.user.id) },
        excludeCredentials: described(options.excludeCredentials),
      },
    }),
};

function answer(credential) {
  const given = credential.response;
  const response = { clientDataJSON: text(given.clientDataJSON) };
  if (given.attestationObject) {
    response.attestationObject = text(given.attestationObject);
    response.transports = given.getTransports ? given.getTransports() : [];
  } else {
    response.authenticatorData = text(given.authenticatorData);
    response.signature = text(given.signature);
    if (given.userHandle) response.userHandle = text(given.userHandle);
  }
  return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
}

const sentences = {
  NotAllowedError: "Nothing was sent: it was cancelled, or it took too long. Please try again.",
  InvalidStateError: "This device has a passkey for this page already. Please sign in with it.",
  SecurityError: "This address is not the one that passkeys belong to. Please open the page by the address you were given.",
  NotSupportedError: "This device cannot keep such a passkey. Please try another one, such as your phone.",
  TooMany: "That was tried too often. Please wait a minute and try again.",
  Over: "This page is too old. Please load it again.",
};

function say(form, sentence) {
  const said = form.querySelector("[data-passkey-said]");
  said.textContent = sentence;
  said.classList.toggle("out-of-sight", !sentence);
}

async function options(form) {
  const csrf = form.elements.csrf ? form.elements.csrf.value : "";
  const reply = await fetch(form.dataset.options, { method: "POST", headers: { "X-CSRF": csrf }, redirect: "error" });
  if (reply.ok) return reply.json();
  throw new DOMException("", reply.status === 429 ? "TooMany" : "Over");
}

async function ask(form) {
  const button = form.querySelector("button");
  say(form, "");
  button.disabled = true;
  try {
    const credential = await ceremonies[form.dataset.passkey](await options(form));
    form.elements.credential.value = answer(credential);
    form.submit();
  } catch (error) {
    say(form, sentences[error.name] || "That did not work. Please check that you are online, and try again.");
  } finally {
    button.disabled = false;
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (window.PublicKeyCredential) ask(form);
    else say(form, "This browser knows no passkeys. Please use a newer one, or your phone.");
  });
}
