// Calls the API. Every call ends with one of these outcomes, at the latest at its deadline:
//
//   done        the call succeeded; `body` holds the answer, null for an empty one
//   refused     the server rejected the call, and a retry doesn't help; `status` and `detail` say why
//   signed-out  nobody is signed in
//   forbidden   the account lacks the role
//   busy        too many requests; `retryAfter` holds the seconds to wait, if the server named them
//   failing     an error of the server or of a proxy in front of it; `status` holds its code
//   foreign     an answer that doesn't come from the server, such as the sign-in page of a hotel's network
//   silent      no answer before the deadline, or the connection broke
//   offline     the browser has no connection
//   cancelled   the caller aborted the call

const DEADLINE = 15_000; // milliseconds for the whole answer

export async function ask(method, path, { content, headers, signal } = {}) {
  if (!navigator.onLine) return { kind: 'offline' };
  const signals = [AbortSignal.timeout(DEADLINE), signal].filter(Boolean);
  try {
    const answer = await fetch(new URL(`api/v1/${path}`, document.baseURI), {
      method,
      headers: { Accept: 'application/json', ...(content && { 'Content-Type': 'application/json' }), ...headers },
      body: content && JSON.stringify(content),
      redirect: 'manual', // the API never redirects, but sign-in pages of networks do
      signal: AbortSignal.any(signals),
    });
    return outcomeOf(answer, await answer.text());
  } catch {
    if (signal?.aborted) return { kind: 'cancelled' };
    return { kind: navigator.onLine ? 'silent' : 'offline' };
  }
}

function outcomeOf(answer, text) {
  const { status } = answer;
  const type = answer.headers.get('Content-Type') ?? '';
  const body = parse(text);
  if (status === 204) return { kind: 'done', body: null };
  if (answer.ok) return body && type.startsWith('application/json') ? { kind: 'done', body } : { kind: 'foreign', status };
  if (status === 401) return { kind: 'signed-out', status };
  if (status === 429 || status === 503) return { kind: 'busy', status, retryAfter: secondsOf(answer.headers.get('Retry-After')) };
  if (status >= 500 || status === 408) return { kind: 'failing', status, retryAfter: secondsOf(answer.headers.get('Retry-After')) };
  // Only a problem in the API's own format surely comes from the server. Any other answer may come from a proxy and is worth a retry.
  if (!body || !type.startsWith('application/problem+json')) return { kind: 'foreign', status };
  return status === 403 ? { kind: 'forbidden', status } : { kind: 'refused', status, detail: body.detail };
}

function parse(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

function secondsOf(header) {
  if (!header) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}
