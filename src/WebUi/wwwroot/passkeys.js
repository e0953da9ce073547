// Creates and uses passkeys. A form with data-passkey is hidden until this script knows that the browser can do it. Its data-options are
// those of navigator.credentials; the credential goes to the server in the form.
const canUse = typeof PublicKeyCredential?.parseRequestOptionsFromJSON === 'function' && window.isSecureContext;

function show() {
  if (!canUse) return;
  for (const form of document.querySelectorAll('form[data-passkey]')) form.hidden = false;
  for (const note of document.querySelectorAll('[data-no-passkey]')) note.hidden = true;
}

async function credentialFor({ passkey, options }) {
  const json = JSON.parse(options);
  return passkey === 'create'
    ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(json) })
    : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(json) });
}

document.addEventListener('submit', async (event) => {
  const form = event.target;
  if (!form.matches('form[data-passkey]')) return;
  event.preventDefault();
  const message = form.querySelector('[role=alert]');
  message.textContent = '';
  try {
    form.elements.credential.value = JSON.stringify(await credentialFor(form.dataset));
  } catch (error) {
    message.textContent = error.name === 'InvalidStateError'
      ? 'This device has a passkey for this account already.'
      : 'No passkey was used. Try again, or sign in another way.';
    return;
  }
  form.submit(); // without another event
});

show();
Blazor.addEventListener('enhancedload', show);
