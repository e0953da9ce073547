// Queues labels until the server has acknowledged them. Each label is stored in the browser under its own name, so that it survives a
// reload, a closed tab and a lost connection, and tabs don't overwrite each other's labels.
// The server stores each label once, by its key, however often it arrives.

import { ask } from './server.js';
import { namesUnder, readJson, remove, write } from './store.js';

const PREFIX = 'gourmetgram.label.';
const FIRST_PAUSE = 1000; // milliseconds between the first two attempts; doubles with each further one
const LONGEST_PAUSE = 30_000;
const LONGEST_WISH = 300_000; // the longest Retry-After that is followed, in milliseconds
const RESCAN = 30_000; // milliseconds between two checks for labels that a closed tab has left
const FORGET = 86_400_000; // milliseconds after which an outcome stored for another tab is removed

// crypto.randomUUID is not available without HTTPS.
export const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');

// An entry: { key, at, loop, task, photo, action, body, words, attempted }.
// `action` is the last part of the task's API address ("label", "skip") or "undo"; `words` is the user's choice in words.
export class LabelOutbox {
  #person;
  #entries = []; // oldest first
  #sending = false;
  #stopped = false;
  #wake = () => {};
  #rescan;
  #listeners = new AbortController();

  trouble = null; // why the last attempt failed, with `until` (milliseconds since 1970) for the next; null if it didn't fail
  onchange = () => {}; // the number of entries or the trouble has changed
  onsettled = () => {}; // (entry, outcome): the server has answered this tab or another one

  constructor(person) {
    this.#person = person;
    const { signal } = this.#listeners;
    window.addEventListener('online', () => this.wake(), { signal });
    // Another tab has changed what is stored: it may have sent the label that this tab would only try again after a pause.
    window.addEventListener('storage', () => !this.isEmpty && this.#elsewhere(this.#entries[0]) && this.wake(), { signal });
    window.addEventListener('beforeunload', event => this.#entries.some(entry => !entry.stored) && event.preventDefault(), { signal });
  }

  // Loads the labels that earlier pages left behind, and starts sending.
  start() {
    this.#adopt();
    this.#rescan = setInterval(() => this.#adopt(), RESCAN);
    this.#send();
  }

  stop() {
    this.#stopped = true;
    clearInterval(this.#rescan);
    this.#listeners.abort();
    this.wake();
  }

  // Labels that the server hasn't acknowledged, the oldest first.
  get labels() { return this.#entries.filter(entry => entry.action !== 'undo'); }

  get isEmpty() { return this.#entries.length === 0; }

  // Whether all entries survive a closed tab.
  get isStored() { return this.#entries.every(entry => entry.stored); }

  add(label) {
    const entry = { ...label, key: newKey(), at: Date.now(), attempted: false, own: true };
    this.#push(entry);
    return entry;
  }

  // Undoes a label that the server hasn't acknowledged. A label that never left the browser is dropped; for any other, an undo is sent.
  takeBack(entry) {
    const mayBeSent = entry.attempted || !entry.own || this.#elsewhere(entry);
    this.#drop(entry);
    entry.cancel?.abort();
    if (mayBeSent) {
      const { loop, task, key } = entry;
      this.#push({ key: newKey(), at: Date.now(), loop, task, action: 'undo', undoes: key, attempted: false, own: true });
    }
    if (!entry.own) this.#store({ ...entry, outcome: { kind: 'cancelled' } });
    this.onchange();
  }

  // Tries again now.
  wake() { this.#wake(); }

  #nameOf(entry) { return `${PREFIX}${this.#person}.${entry.key}`; }

  #store(entry) {
    const { own, stored, cancel, ...lasting } = entry;
    return write(this.#nameOf(entry), JSON.stringify(lasting));
  }

  #push(entry) {
    entry.stored = this.#store(entry);
    this.#entries.push(entry);
    this.onchange();
    this.#send();
  }

  #drop(entry) {
    this.#entries = this.#entries.filter(other => other !== entry);
    remove(this.#nameOf(entry));
  }

  #adopt() {
    const known = new Set(this.#entries.map(entry => entry.key));
    const found = namesUnder(`${PREFIX}${this.#person}.`).map(name => [name, readEntry(name)]);
    for (const [name, entry] of found) {
      if (!entry) remove(name);
      else if (entry.outcome) Date.now() - entry.at > FORGET && remove(name);
      else if (!known.has(entry.key)) this.#entries.push({ ...entry, own: false, stored: true });
    }
    this.#entries.sort((one, other) => one.at - other.at);
    if (this.#entries.length > known.size) this.onchange();
    this.#send();
  }

  // Returns the outcome that another tab has stored for this entry; "gone" if the entry's own tab got the answer and removed it;
  // undefined while the entry still has to be sent.
  #elsewhere(entry) {
    if (!entry.stored) return undefined;
    const now = readEntry(this.#nameOf(entry));
    if (now?.outcome) return now.outcome;
    return now || entry.own ? undefined : { kind: 'gone' };
  }

  // Sends entries one at a time, the oldest first.
  async #send() {
    if (this.#sending) return;
    this.#sending = true;
    for (let pause = FIRST_PAUSE; this.#entries.length > 0 && !this.#stopped;) {
      const [entry] = this.#entries;
      const outcome = this.#elsewhere(entry) ?? await this.#deliver(entry);
      if (!this.#entries.includes(entry)) continue; // undone in the meantime
      if (['done', 'refused', 'gone', 'cancelled'].includes(outcome.kind)) {
        this.#drop(entry);
        // Stores the outcome for the tab that created the label, in case it is still open.
        if (!entry.own && outcome.kind !== 'gone') this.#store({ ...entry, outcome });
        this.trouble = null;
        this.onsettled(entry, outcome);
        this.onchange();
        pause = FIRST_PAUSE;
      } else {
        const wait = Math.max(pause, Math.min(1000 * (outcome.retryAfter ?? 0), LONGEST_WISH));
        this.trouble = { ...outcome, until: Date.now() + wait };
        this.onchange();
        await this.#pause(wait);
        pause = Math.min(2 * pause, LONGEST_PAUSE);
      }
    }
    this.#sending = false;
  }

  async #deliver(entry) {
    if (!navigator.onLine) return { kind: 'offline' };
    entry.attempted = true;
    entry.stored = this.#store(entry);
    entry.cancel = new AbortController();
    const { signal } = entry.cancel;
    if (entry.action === 'undo') return await ask('DELETE', `tasks/${entry.task}/labels/${entry.undoes}`, { signal });
    const headers = { 'Idempotency-Key': entry.key };
    const outcome = await ask('POST', `tasks/${entry.task}/${entry.action}`, { content: entry.body, headers, signal });
    return outcome.kind === 'done' && !outcome.body?.id ? { kind: 'foreign' } : outcome;
  }

  #pause(milliseconds) {
    return new Promise(resolve => {
      this.#wake = resolve;
      setTimeout(resolve, milliseconds);
    });
  }
}

// Returns a stored entry; null when there is none, or its text is damaged.
function readEntry(name) {
  const entry = readJson(name);
  return entry?.key && entry.task && entry.action ? entry : null;
}
