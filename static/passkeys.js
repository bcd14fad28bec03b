// Makes or uses a passkey with the browser's own part. The form carries what to ask for (data-options) and takes the answer.
"use strict";

(function () {
  const form = document.querySelector("form[data-passkey]");
  if (!form) {
    return;
  }
  const status = form.querySelector("[role=status]");

  function bytesOf(text) {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
  }

  function textOf(buffer) {
    const plain = String.fromCharCode(...new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  // The server writes bytes as text; the browser wants bytes.
  function readable(options) {
    const named = (list) => (list || []).map((one) => ({ ...one, id: bytesOf(one.id) }));
    const read = { ...options, challenge: bytesOf(options.challenge) };
    if (options.user) {
      read.user = { ...options.user, id: bytesOf(options.user.id) };
      read.excludeCredentials = named(options.excludeCredentials);
    } else {
      read.allowCredentials = named(options.allowCredentials);
    }
    return read;
  }

  function sendable(credential) {
    const answer = credential.response;
    const response = { clientDataJSON: textOf(answer.clientDataJSON) };
    if (answer.attestationObject) {
      response.attestationObject = textOf(answer.attestationObject);
      response.transports = answer.getTransports ? answer.getTransports() : [];
    } else {
      response.authenticatorData = textOf(answer.authenticatorData);
      response.signature = textOf(answer.signature);
      response.userHandle = answer.userHandle ? textOf(answer.userHandle) : null;
    }
    return JSON.stringify({
      id: credential.id,
      rawId: textOf(credential.rawId),
      type: credential.type,
      response: response,
      extensions: JSON.stringify(credential.getClientExtensionResults()),
    });
  }

  async function ask() {
    status.textContent = "";
    try {
      const publicKey = readable(JSON.parse(form.dataset.options));
      const credential = await navigator.credentials[form.dataset.passkey]({ publicKey });
      form.elements.credential.value = sendable(credential);
      form.submit();
    } catch (_refused) {
      status.textContent = status.dataset.failed;
    }
  }

  form.querySelector("button").addEventListener("click", ask);
  ask();
})();
