// The little that pages need a script for: codes from a link's fragment, and passkeys. Without it, codes are typed and
// passwords are used.
const root = document.documentElement;
root.classList.add("scripted");

// A mailed link carries its code in the fragment, which no server gets to see. It moves into the form and out of the address.
const code = decodeURIComponent(location.hash.slice(1));
if (/^[A-Za-z0-9_-]{16,512}$/.test(code)) {
  history.replaceState(null, "", location.pathname + location.search);
  for (const field of document.querySelectorAll("input[name=code]")) {
    field.value = code;
    field.closest(".field")?.setAttribute("hidden", "");
  }
  for (const link of document.querySelectorAll(".languages a")) {
    link.hash = code;
  }
}

const bytesOf = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const textOf = (buffer) =>
  buffer ? btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "") : null;
const keyOf = (key) => ({ ...key, id: bytesOf(key.id) });

async function questionFrom(form) {
  const code = form.elements.code && (form.elements.code.value || document.getElementById("code")?.value.trim());
  if (form.elements.code) {
    form.elements.code.value = code; // typed into the form below
  }
  const answer = await fetch(form.dataset.question, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(code ? { code } : {}),
    credentials: "same-origin",
    redirect: "error",
  });
  if (!answer.ok) {
    throw new Error("refused");
  }
  const question = await answer.json();
  question.challenge = bytesOf(question.challenge);
  if (question.user) {
    question.user.id = bytesOf(question.user.id);
  }
  question.allowCredentials = question.allowCredentials?.map(keyOf);
  question.excludeCredentials = question.excludeCredentials?.map(keyOf);
  return question;
}

function answerOf(credential) {
  const { response } = credential;
  return JSON.stringify({
    id: credential.id,
    rawId: textOf(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: {
      clientDataJSON: textOf(response.clientDataJSON),
      attestationObject: textOf(response.attestationObject) ?? undefined,
      authenticatorData: textOf(response.authenticatorData ?? response.getAuthenticatorData?.()) ?? undefined,
      signature: textOf(response.signature) ?? undefined,
      userHandle: textOf(response.userHandle) ?? undefined,
      transports: response.getTransports?.() ?? undefined,
    },
  });
}

for (const form of document.querySelectorAll("form[data-question]")) {
  if (!window.PublicKeyCredential) {
    form.hidden = true;
    document.querySelector("[data-no-passkeys]")?.removeAttribute("hidden");
    continue;
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button[type=submit]");
    const problem = form.querySelector("[data-problem]");
    button.disabled = true;
    problem.hidden = true;
    try {
      const publicKey = await questionFrom(form);
      const credential =
        form.dataset.passkey === "create"
          ? await navigator.credentials.create({ publicKey })
          : await navigator.credentials.get({ publicKey });
      form.elements.credential.value = answerOf(credential);
      form.submit();
    } catch {
      problem.hidden = false; // refused, cancelled or not possible here: the page says what else can be done
      button.disabled = false;
      button.focus();
    }
  });
}
