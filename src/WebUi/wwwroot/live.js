// Keeps a page up to date without a reload: fetches it while its tab is visible and replaces the parts that have changed.
// A part is an element with data-live; the element of the new page with the same data-live value replaces its content.
// Without scripts the page's Refresh link does the same.

import { rewrite } from './times.js';

const DEADLINE = 15_000; // milliseconds for a new page
const BUSY = 2000; // milliseconds between two fetches while something runs
const QUIET = 10_000; // milliseconds between two fetches otherwise
const LONGEST_PAUSE = 60_000; // most milliseconds between two fetches while they fail

const STOPS = 'a[href], button, input, select, summary';

// Returns what a user would notice, to compare two versions of a part. Times are compared by their datetime attribute,
// because times.js has rewritten the text on the screen in the user's time zone.
function textOf(part) {
  const copy = part.cloneNode(true);
  for (const time of copy.querySelectorAll('time')) time.replaceWith(time.dateTime);
  for (const token of copy.querySelectorAll('[name="__RequestVerificationToken"]')) token.remove();
  return copy.innerHTML;
}

class LivePage extends HTMLElement {
  #listeners;
  #timer;
  #looking = false;
  #failures = 0;

  connectedCallback() {
    this.#listeners = new AbortController();
    document.addEventListener('visibilitychange', () => document.hidden || this.#look(), { signal: this.#listeners.signal });
    this.#wait();
  }

  disconnectedCallback() {
    this.#listeners.abort();
    clearTimeout(this.#timer);
  }

  #wait() {
    clearTimeout(this.#timer);
    const period = this.querySelector('[data-running]') ? BUSY : QUIET;
    this.#timer = setTimeout(() => this.#look(), Math.min(period * 2 ** this.#failures, LONGEST_PAUSE));
  }

  async #look() {
    if (document.hidden || this.#looking) return; // fetches again when the tab is shown
    clearTimeout(this.#timer);
    this.#looking = true;
    const page = await this.#fetch();
    this.#looking = false;
    if (!this.isConnected) return;
    this.#failures = page ? 0 : this.#failures + 1;
    this.querySelector('[data-stale]').hidden = Boolean(page);
    for (const part of page?.querySelectorAll('[data-live]') ?? []) this.#replace(part);
    this.#wait();
  }

  // Replaces the part's content. The focus stays on the control at the same position.
  #replace(next) {
    const part = this.querySelector(`[data-live="${next.dataset.live}"]`);
    if (!part || textOf(part) === textOf(next)) return;
    const place = [...part.querySelectorAll(STOPS)].indexOf(document.activeElement);
    part.replaceChildren(...next.childNodes);
    rewrite(part);
    if (place >= 0) [...part.querySelectorAll(STOPS)].at(place)?.focus();
  }

  // Returns the current page; undefined if the server doesn't answer, or answers with another page.
  async #fetch() {
    try {
      const answer = await fetch(location.href, {
        headers: { Accept: 'text/html' }, redirect: 'error', signal: AbortSignal.timeout(DEADLINE),
      });
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('live-page');
      return answer.ok ? page : undefined;
    } catch {
      return undefined;
    }
  }
}

customElements.define('live-page', LivePage);
