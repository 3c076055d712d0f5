// Passkeys: asks the server what to ask the browser, and sends it what the browser answered.
(() => {
  "use strict";
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
  const call = async (path, csrf, body) => {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json", "x-csrf-token": csrf },
      body: JSON.stringify(body),
    });
    const json = await answer.json().catch(() => ({}));
    if (answer.ok) return json;
    const refusal = json.refusal || {};
    const error = new Error(document.documentElement.lang.startsWith("zh") ? refusal.zh : refusal.en);
    error.code = refusal.code;
    throw error;
  };
  const ids = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));
  const make = async (csrf, name) => {
    const options = await call("/passkeys/register/options", csrf, {});
    options.challenge = bytes(options.challenge);
    options.user.id = bytes(options.user.id);
    options.excludeCredentials = ids(options.excludeCredentials);
    const made = (await navigator.credentials.create({ publicKey: options })).response;
    await call("/passkeys/register", csrf, {
      name,
      client_data: text(made.clientDataJSON),
      attestation: text(made.attestationObject),
    });
  };
  const use = async (what, csrf, next) => {
    const options = await call(`/passkeys/${what}/options`, csrf, {});
    options.challenge = bytes(options.challenge);
    options.allowCredentials = ids(options.allowCredentials);
    const used = await navigator.credentials.get({ publicKey: options });
    const response = used.response;
    return call(`/passkeys/${what}`, csrf, {
      id: text(used.rawId),
      client_data: text(response.clientDataJSON),
      authenticator_data: text(response.authenticatorData),
      signature: text(response.signature),
      user_handle: response.userHandle ? text(response.userHandle) : null,
      next,
    });
  };
  const doing = {
    enter: async (button) => location.assign((await use("login", button.dataset.csrf, button.dataset.next)).go),
    register: async (button) => {
      const name = button.form.elements.name;
      if (!name.reportValidity()) return;
      await make(document.body.dataset.csrf, name.value);
      location.assign("/me/sign-in");
    },
    confirm: async (button) => {
      const csrf = document.body.dataset.csrf || button.form.elements._csrf.value;
      await use("confirm", csrf, "");
      const typed = button.form.elements.password;
      typed.required = false;
      typed.disabled = true;
      button.form.requestSubmit();
    },
  };
  for (const button of document.querySelectorAll("[data-passkey]")) {
    const said = button.parentElement.querySelector("[data-passkey-said]");
    button.hidden = false;
    button.addEventListener("click", async () => {
      said.hidden = true;
      button.disabled = true;
      try {
        await doing[button.dataset.passkey](button);
      } catch (error) {
        if (error.code === "confirm") return location.assign("/confirm?next=/me/sign-in");
        // What the browser says is in its own words and language.
        said.textContent = error.code ? error.message : said.dataset.failed;
        said.hidden = false;
      } finally {
        button.disabled = false;
      }
    });
  }
})();
