// Passkeys. The browser's part of both ceremonies: it asks for options, lets the
// device answer, and sends the answer as an ordinary form.

const can = "PublicKeyCredential" in window && "parseRequestOptionsFromJSON" in PublicKeyCredential;

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-passkey]")) {
  if (!can) continue;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void answer(form);
  });
}

async function answer(form: HTMLFormElement): Promise<void> {
  const wrong = document.querySelector<HTMLElement>("[data-wrong]");
  const button = form.querySelector("button");
  if (wrong) wrong.hidden = true;
  if (button) button.disabled = true;
  try {
    const asked = await fetch(form.dataset["ask"] ?? "", { method: "POST" });
    if (!asked.ok) throw new Error(`status ${asked.status}`);
    const credential = await (form.dataset["passkey"] === "create" ? create(await asked.json()) : get(await asked.json()));
    const field = form.elements.namedItem("answer") as HTMLInputElement;
    field.value = JSON.stringify((credential as PublicKeyCredential).toJSON());
    form.submit();
  } catch {
    if (wrong) wrong.hidden = false;
    if (button) button.disabled = false;
  }
}

function create(options: PublicKeyCredentialCreationOptionsJSON): Promise<Credential | null> {
  return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
}

function get(options: PublicKeyCredentialRequestOptionsJSON): Promise<Credential | null> {
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
}
