// Sends labels that an earlier page couldn't send, and shows a notice while any are left.
// Used on every staff page except the review page, which does this itself.

import { LabelOutbox } from './outbox.js';
import { inWords, untilNext } from './trouble.js';

class UnsentLabels extends HTMLElement {
  #outbox;
  #clock;

  connectedCallback() {
    this.#outbox = new LabelOutbox(this.dataset.person);
    this.#outbox.onchange = () => this.#tell();
    this.#outbox.onsettled = (entry, outcome) => this.#settled(entry, outcome);
    this.querySelector('[data-when="retry"]').addEventListener('click', () => this.#outbox.wake());
    this.#clock = setInterval(() => this.#tick(), 1000);
    this.#outbox.start();
  }

  disconnectedCallback() {
    clearInterval(this.#clock);
    this.#outbox.stop();
  }

  #tell() {
    const count = this.#outbox.labels.length;
    const { trouble } = this.#outbox;
    this.querySelector('[data-waiting]').hidden = count === 0 || !trouble;
    if (count === 0 || !trouble) return;
    const { title, text, signIn } = inWords(trouble, count, true);
    this.querySelector('[data-title]').textContent = title;
    this.querySelector('[data-text]').textContent = text;
    this.querySelector('[data-when="retry"]').hidden = signIn;
    this.#tick();
  }

  #tick() {
    const { trouble } = this.#outbox;
    this.querySelector('[data-next]').textContent = trouble ? untilNext(trouble.until) : '';
  }

  #settled(entry, outcome) {
    if (outcome.kind !== 'refused' || entry.action === 'undo') return;
    const refused = this.querySelector('[data-refused]');
    refused.hidden = false;
    const item = document.createElement('li');
    item.textContent = `${entry.words}: ${outcome.status === 404 ? 'the photo was deleted.' : outcome.detail ?? `error ${outcome.status}`}`;
    refused.querySelector('ul').append(item);
  }
}

customElements.define('unsent-labels', UnsentLabels);
