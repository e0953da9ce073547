// Makes the Classify page faster: sends photos and feedback without a page load, and takes the changed parts from the page that the
// server returns. The page's plain forms do the same without scripts. Listeners are attached to the element itself, so that they survive
// when a part of it is replaced.

import { usesSingleKeys, useSingleKeys } from './store.js';

const MOST_IN_ADDRESS = 20; // the most results that the server shows
const LONGEST_PAUSE = 30; // seconds between two tries without a connection
const USUAL_PAUSE = 10; // seconds; used when a busy server or its proxy sends no Retry-After
const BUSY = [429, 502, 503, 504];
const STALLED = 60_000; // milliseconds without progress before a connection counts as lost; doubles with each retry
const TOAST = 8_000; // milliseconds

// Creates a key for one upload, so that the server stores the photo once even if it is sent twice.
// crypto.randomUUID is not available without HTTPS.
const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');

const isReadable = file => file.slice(0, 1).arrayBuffer().then(() => true, () => false);

class PhotoUploads extends HTMLElement {
  #listeners;
  #queue = []; // uploads without an answer, in the order they are sent
  #working = false;
  #offline = false;
  #wake = () => {}; // ends the pause before the next try
  #uploads = new WeakMap(); // article -> { file, unkept, key, article, cancelled, request }

  connectedCallback() {
    this.#listeners = new AbortController();
    const { signal } = this.#listeners;
    this.addEventListener('change', event => this.#changed(event), { signal });
    this.addEventListener('submit', event => this.#submitted(event), { signal });
    this.addEventListener('click', event => this.#clicked(event), { signal });
    this.#keys.addEventListener('toggle', event => event.newState === 'open' && this.#keys.focus(), { signal });
    this.#keys.querySelector('input').checked = usesSingleKeys();
    document.addEventListener('keydown', event => this.#key(event), { signal });
    document.addEventListener('paste', event => this.#add(event.clipboardData.files), { signal });
    document.addEventListener('dragover', event => this.#dragged(event, true), { signal });
    document.addEventListener('dragleave', event => this.#dragged(event, event.relatedTarget !== null), { signal });
    document.addEventListener('drop', event => this.#dropped(event), { signal });
    window.addEventListener('online', () => this.#wake(), { signal });
    window.addEventListener('beforeunload', event => this.#queue.length > 0 && event.preventDefault(), { signal });
  }

  disconnectedCallback() {
    this.#listeners.abort();
  }

  get #form() { return this.querySelector('form.drop'); }

  get #shots() { return this.querySelector('.shots'); }

  get #keys() { return this.querySelector('[data-keys]'); }

  get #toasts() { return this.querySelector('.toasts'); }

  #template(name) {
    return this.querySelector(`template[data-part="${name}"]`).content.firstElementChild.cloneNode(true);
  }

  #changed({ target }) {
    if (target.type === 'file') {
      this.#add(target.files);
      target.value = ''; // otherwise choosing the same photo again fires no change event
    } else if (this.#keys.contains(target)) {
      useSingleKeys(target.checked);
    }
  }

  #dragged(event, over) {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    this.#form.classList.toggle('over', over);
  }

  #dropped(event) {
    if (event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    this.#form.classList.remove('over');
    this.#add(event.dataTransfer.files);
  }

  #add(files) {
    if (files.length === 0) return;
    const title = this.#form.querySelector('h2');
    this.#form.classList.add('small');
    title.textContent = title.dataset.more;
    this.querySelector('.steps')?.remove();
    this.#form.querySelector('#drop-error')?.remove();
    const unkept = this.#form.elements.unkept.checked;
    const added = [...files].map(file => ({ file, unkept, key: newKey() }));
    this.#shots.prepend(...added.map(upload => this.#wait(upload)));
    this.#work();
  }

  // The waiting card has the size of the result card, so that nothing moves when the result arrives.
  #wait(upload) {
    const article = upload.article = this.#template('waiting');
    article.setAttribute('aria-label', upload.file.name);
    article.querySelector('.name').textContent = upload.file.name;
    article.querySelector('[data-megabytes]').textContent = (upload.file.size / 1e6).toFixed(1);
    upload.preview ??= URL.createObjectURL(upload.file); // the result card reuses it, so that the photo is not downloaded again
    article.querySelector('img').src = upload.preview;
    upload.cancelled = false;
    this.#uploads.set(article, upload);
    this.#queue.push(upload);
    this.#tell();
    return article;
  }

  // Sends photos one at a time: the server classifies them in turn anyway, and a slow connection is not shared.
  // A photo without an answer stays first in the queue, and the others wait behind it.
  async #work() {
    if (this.#working) return;
    this.#working = true;
    for (let tries = 0; this.#queue.length > 0;) {
      const [upload] = this.#queue;
      const { answer, busy } = await this.#send(upload, tries);
      if (upload.cancelled) continue;
      this.#offline = !answer && !busy;
      if (answer) {
        this.#queue.shift();
        this.#show(answer, upload);
        this.#tell();
        tries = 0;
      } else {
        this.#stage(upload, busy ? 'busy' : 'offline');
        this.#tell();
        tries++;
        await this.#pause(busy ?? Math.min(2 ** (tries - 1), LONGEST_PAUSE), upload);
      }
    }
    this.#working = false;
  }

  async #send(upload, tries) {
    const body = new FormData(this.#form);
    body.delete('unkept');
    body.delete('file');
    if (upload.unkept) body.append('unkept', 'true');
    body.append('key', upload.key);
    body.append('file', upload.file);

    this.#stage(upload, 'uploading');
    const progress = upload.article.querySelector('progress');
    const percent = upload.article.querySelector('[data-percent]');
    const request = upload.request = new XMLHttpRequest();
    await new Promise(resolve => {
      let stalled;
      const alive = () => {
        clearTimeout(stalled);
        stalled = setTimeout(() => request.abort(), STALLED * 2 ** tries);
      };
      request.upload.onprogress = event => {
        alive();
        progress.value = percent.textContent = Math.floor(100 * event.loaded / event.total);
      };
      request.upload.onload = () => this.#stage(upload, 'classifying');
      request.onloadend = () => {
        clearTimeout(stalled);
        resolve();
      };
      request.open('POST', this.#addressOf([]));
      request.responseType = 'document';
      alive();
      request.send(body);
    });

    // If the file was changed or deleted after it was chosen, the request fails like a lost connection.
    if (request.status === 0) return await isReadable(upload.file) ? {} : { answer: this.#failed('unreadable', upload) };
    const answer = request.response?.querySelector('.shots > article');
    if (answer?.dataset.retryAfter) {
      upload.article.querySelector('[data-reason]').textContent = answer.querySelector('.is-bad').textContent;
      return { busy: Number(answer.dataset.retryAfter) };
    }
    if (!answer && BUSY.includes(request.status)) return { busy: Number(request.getResponseHeader('Retry-After')) || USUAL_PAUSE };
    return { answer: answer ?? this.#failed('refused', upload) };
  }

  // The browser's online event is only a hint, so it ends a pause early and does nothing else.
  async #pause(seconds, upload) {
    let awake = false;
    for (let left = seconds; left > 0 && !awake; left--) {
      upload.article.querySelector('[data-seconds]').textContent = left === 1 ? '1 second' : `${left} seconds`;
      awake = await new Promise(resolve => {
        this.#wake = () => resolve(true);
        setTimeout(resolve, 1000, false);
      });
    }
  }

  #stage({ article }, name) {
    article.querySelectorAll('[data-when]').forEach(part => { part.hidden = part.dataset.when !== name; });
  }

  // Shows what each queued photo waits for. The first photo is left out, because its card already shows its own stage.
  #tell() {
    this.#queue.slice(1).forEach((upload, index) => {
      this.#stage(upload, this.#offline ? 'offline' : 'queued');
      upload.article.querySelector('[data-before]').textContent = index + 1;
    });
    let toast = this.#toasts.querySelector('[data-offline]');
    if (!this.#offline || this.#queue.length === 0) {
      toast?.remove();
      return;
    }
    if (!toast) this.#toasts.append(toast = this.#template('offline'));
    toast.querySelector('[data-count]').textContent = this.#queue.length === 1 ? '1 photo' : `${this.#queue.length} photos`;
  }

  #show(answer, upload) {
    const { article } = upload;
    answer.removeAttribute('autofocus'); // the user may be elsewhere by now; the live region announces the result
    const again = answer.querySelector('[data-again]');
    if (again) again.hidden = false;
    const photo = answer.querySelector(':scope > img');
    if (photo) photo.src = upload.preview;
    // If the card is on screen, the result keeps the card's height, so that the content below does not move while someone reads it.
    const { bottom } = article.getBoundingClientRect();
    if (bottom > 0 && bottom < innerHeight) {
      answer.classList.remove('compact');
      if (article.nextElementSibling) answer.querySelector('details')?.removeAttribute('open');
    }
    const focused = article.contains(document.activeElement);
    this.#uploads.set(answer, upload);
    article.replaceWith(answer);
    if (focused) answer.focus();
    this.#remember();
  }

  #failed(name, { file }) {
    const article = this.#template(name);
    article.setAttribute('aria-label', file.name);
    article.querySelector('.name').textContent = file.name;
    return article;
  }

  #addressOf(ids) {
    return new URL(ids.length === 0 ? './' : `./?${ids.slice(0, MOST_IN_ADDRESS).map(id => `p=${id}`).join('&')}`, document.baseURI);
  }

  // Puts the ids of the shown results into the address, so that a reload shows them again.
  #remember() {
    if (!this.isConnected) return;
    const ids = [...this.querySelectorAll('.shots > [id^="p-"]')].map(article => article.id.slice(2));
    history.replaceState(history.state, '', this.#addressOf(ids));
  }

  #clicked(event) {
    const article = event.target.closest('article');
    if (event.target.closest('[data-now]')) {
      this.#wake();
      return;
    } else if (event.target.closest('[data-cancel]')) {
      const upload = this.#uploads.get(article);
      upload.cancelled = true;
      upload.request?.abort();
      this.#queue = this.#queue.filter(other => other !== upload);
      article.remove();
      this.#wake();
      this.#tell();
    } else if (event.target.closest('[data-again]')) {
      article.replaceWith(this.#wait(this.#uploads.get(article)));
      this.#work();
    } else if (event.target.closest('[data-dismiss]')) {
      event.preventDefault();
      article.remove();
    } else {
      return;
    }
    this.#form.querySelector('input[type="file"]').focus();
  }

  async #submitted(event) {
    const form = event.target;
    if (!('feedback' in form.dataset) || 'plain' in form.dataset) return;
    event.preventDefault();
    const article = form.closest('article');
    if (article.ariaBusy === 'true') return;
    article.ariaBusy = 'true';
    const button = event.submitter;
    const lost = form.parentElement.querySelector('[data-lost]');
    lost.hidden = true;

    let next;
    try {
      const response = await fetch(this.#addressOf([article.id.slice(2)]), { method: 'POST', body: new FormData(form, button) });
      next = new DOMParser().parseFromString(await response.text(), 'text/html').getElementById(article.id);
    } catch {
      article.ariaBusy = null;
      form.parentElement.open = true;
      lost.hidden = false;
      return;
    }

    if (!next) {
      // The server answered with another page, so the form is submitted again without the script to show that page.
      form.dataset.plain = '';
      form.requestSubmit(button);
      return;
    }

    const upload = this.#uploads.get(article);
    if (upload) {
      this.#uploads.set(next, upload);
      next.querySelector('img').src = upload.preview;
    }
    article.replaceWith(next);
    this.#offerUndo(button, form.id); // before the focus moves, so that the toast doesn't cover the focused element
    const same = next.querySelector(`button[name="${button.name}"][value="${CSS.escape(button.value)}"]`);
    const visible = same && !same.closest('details:not([open])');
    (visible ? same : next.querySelector('button[name="undo"]') ?? next).focus();
  }

  // The toast's Undo button submits the card's form, as the card's own Undo button does.
  #offerUndo({ name, value, dataset }, formId) {
    this.#toasts.querySelector('[data-said]')?.remove();
    if (name === 'undo') return;
    const toast = this.#template(`said-${name}`);
    toast.querySelectorAll('[data-verb]').forEach(part => { part.textContent = 'confirms' in dataset ? 'Confirmed as' : 'Corrected to'; });
    toast.querySelectorAll('[data-class]').forEach(part => { part.textContent = value; });
    toast.querySelector('button').setAttribute('form', formId);
    this.#toasts.append(toast);
    const hide = () => {
      if (toast.matches(':focus-within, :hover')) setTimeout(hide, 1000);
      else toast.remove();
    };
    setTimeout(hide, TOAST);
  }

  // The single keys act on the card that has the focus, and are ignored while a form field has it.
  #key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || !usesSingleKeys()) return;
    if (event.target.closest('input, select, textarea')) return;
    const key = event.key.toLowerCase();
    if (key === '?') {
      this.#keys.togglePopover();
      return;
    }
    const article = event.target.closest('photo-uploads article');
    if (key === 'z') article?.querySelector('button[name="undo"]')?.click();
    else [...article?.querySelectorAll('kbd') ?? []].find(kbd => kbd.textContent === key)?.closest('button').click();
  }
}

customElements.define('photo-uploads', PhotoUploads);
