// Chooses a class on the Second opinions page when the key shown on its button is pressed.

import { usesSingleKeys } from './store.js';

class DecideKeys extends HTMLElement {
  #listeners;

  connectedCallback() {
    this.#listeners = new AbortController();
    document.addEventListener('keydown', event => this.#key(event), { signal: this.#listeners.signal });
  }

  disconnectedCallback() {
    this.#listeners.abort();
  }

  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.repeat || !usesSingleKeys()) return;
    if (event.target.closest('input, textarea, select')) return;
    const button = [...this.querySelectorAll('button[data-key]')].find(({ dataset }) => dataset.key === event.key.toLowerCase());
    if (!button) return;
    button.click();
    event.preventDefault();
  }
}

customElements.define('decide-keys', DecideKeys);
