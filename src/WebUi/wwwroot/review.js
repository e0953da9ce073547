// Makes the review page faster: one key is one decision. Decisions go by fetch while the next photo, loaded before, is on the screen already. A decision counts when the server has
// acknowledged it; until then it stands in the browser's storage, and is sent again until it is. Whatever this does, the page's plain forms do as well.

const LONGEST_PAUSE = 30_000; // milliseconds between two tries without a connection
const MINUTE = 60_000;
const TRAIL = 6; // decisions that are shown
const SINGLE_KEYS = 'gourmetgram.single-keys'; // "off" when somebody switched them off

class ReviewDesk extends HTMLElement {
  #listeners;
  #current; // the task on the screen: { id, predictionId, leaseUntil, model?, shownAt }
  #next; // promise of the task after it, its photo loaded; what was on the screen when a decision was taken back has the promise of the one behind it in `after`
  #waiting = []; // decisions without an acknowledgement, the oldest first; kept in the browser's storage
  #history = []; // decisions that can be undone, the newest last: { item, label, decision, settled }
  #sending = false;
  #undoing = false;
  #times = []; // when decisions were made, for the pace
  #done;
  #total;

  connectedCallback() {
    this.#listeners = new AbortController();
    const { signal } = this.#listeners;
    this.addEventListener('submit', event => this.#submitted(event), { signal });
    this.addEventListener('click', event => this.#clicked(event), { signal });
    document.addEventListener('keydown', event => this.#key(event), { signal });
    window.addEventListener('pagehide', () => this.#release(), { signal });
    window.addEventListener('pageshow', event => event.persisted && location.reload(), { signal });
    window.addEventListener('beforeunload', event => this.#waiting.length > 0 && event.preventDefault(), { signal });
    const keys = this.querySelector('[data-single-keys]');
    keys.checked = this.#singleKeys;
    keys.addEventListener('change', () => localStorage.setItem(SINGLE_KEYS, keys.checked ? 'on' : 'off'), { signal });

    const progress = this.querySelector('progress');
    this.#done = progress.value;
    this.#total = this.dataset.task || this.#done > 0 ? Number(this.querySelector('[data-count]').textContent.split(' of ')[1]) : 0;
    this.#times = Array(parseInt(this.querySelector('[data-pace]').textContent, 10)).fill(Date.now());
    this.#history = [...this.querySelectorAll('.trail li[data-label]')].reverse().map(item => ({ item, label: item.dataset.label }));
    this.#waiting = JSON.parse(localStorage.getItem(this.#storage) ?? '[]');
    for (const decision of this.#waiting) this.#trail(decision);
    this.#done += this.#waiting.length;
    if (this.dataset.task) this.#current = { id: this.dataset.task, predictionId: this.dataset.photo, leaseUntil: this.dataset.lease, shownAt: Date.now() };
    // The server does not know yet that this one is decided.
    if (this.#current && this.#waiting.some(decision => decision.task === this.#current.id)) this.#advance();
    else if (this.#current) this.#next = this.#fetchNext();
    this.#send();
  }

  disconnectedCallback() {
    this.#listeners.abort();
    this.#release();
  }

  get #api() { return new URL('api/v1/', document.baseURI); }

  get #storage() { return `gourmetgram.decisions.${this.dataset.person}.${this.dataset.loop}`; }

  get #singleKeys() { return localStorage.getItem(SINGLE_KEYS) !== 'off'; }

  get #decide() { return this.querySelector('#decide'); }

  get #note() { return this.querySelector('#note-text'); }

  #part(name) { return this.querySelector(`template[data-part="${name}"]`).content.cloneNode(true); }

  // ---- what the person does ----

  #submitted(event) {
    event.preventDefault();
    if (event.target === this.#decide) this.#choose(event.submitter);
    else this.#undo();
  }

  #clicked(event) {
    if (!event.target.closest('[data-zoom]')) return;
    event.preventDefault();
    this.#zoom();
  }

  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.repeat || !this.#singleKeys) return;
    // The field of a panel that has just been closed has the focus a moment longer.
    if (event.target.closest('input:not([type="checkbox"]), textarea, select')?.checkVisibility()) return;
    const key = event.key.toLowerCase();
    const button = this.#decide && [...this.#decide.querySelectorAll('button[data-key]')].find(candidate => candidate.dataset.key === key);
    if (this.querySelector('[popover]:popover-open') && key !== '?') return;
    if (button) this.#choose(button);
    else if (key === 'z') this.#undo();
    else if (key === 'x') this.#zoom();
    else if (key === 'n' && this.#current && !this.#undoing) this.querySelector('#note').showPopover();
    else if (key === '?') this.querySelector('#keys-help').togglePopover();
    else return;
    event.preventDefault();
  }

  #zoom() {
    const photo = this.querySelector('[data-shown]');
    if (!photo || !this.#current) return;
    const frame = photo.parentElement;
    if (!this.querySelector('.stage').classList.toggle('zoomed')) return this.#unzoom();
    frame.tabIndex = 0; // arrow keys scroll what has the focus
    frame.focus({ preventScroll: true });
    photo.src = this.querySelector('[data-zoom]').href; // all of its pixels
    photo.decode().catch(() => {}).then(() => frame.scrollTo((photo.width - frame.clientWidth) / 2, (photo.height - frame.clientHeight) / 2));
  }

  #unzoom() {
    this.querySelector('.stage').classList.remove('zoomed');
    const { parentElement: frame } = this.querySelector('[data-shown]');
    if (frame === document.activeElement) frame.blur();
    frame.removeAttribute('tabindex');
  }

  #choose(button) {
    if (!this.#current || this.#undoing || !button) return;
    const decision = {
      task: this.#current.id,
      photo: this.#current.predictionId,
      class: button.name === 'class' ? button.value : null,
      note: this.#note.value.trim() || null,
      seconds: (Date.now() - this.#current.shownAt) / 1000,
    };
    this.#waiting.push(decision);
    this.#keep();
    this.#times.push(Date.now());
    this.#done++;
    this.#trail(decision);
    this.#advance();
    this.#send();
  }

  async #undo() {
    const last = this.#history.at(-1);
    if (!last || this.#undoing) return;
    this.#undoing = true;
    this.querySelector('.stage').ariaBusy = 'true';
    const task = await this.#takeBack(last);
    if (task) {
      this.#history.pop();
      last.item.remove();
      const hidden = this.#history.slice(-TRAIL).reverse().find(entry => !entry.item.isConnected);
      if (hidden) this.querySelector('.trail ol').append(hidden.item);
      this.#done = Math.max(0, this.#done - 1);
      this.#count();
      this.#say('Taken back');
      if (this.#history.length === 0 && 'more' in this.dataset) {
        // What was decided before the page was drawn comes with the page.
        location.assign(new URL(`review/${this.dataset.loop}?task=${task}`, document.baseURI));
        return;
      }
      const again = await this.#fetchTask([], task);
      if (again) await this.#load(again);
      // The photo that was on the screen waits behind the one that comes back.
      if (again && this.#current) {
        const [shown, behind] = [this.#current, this.#next];
        this.#next = Promise.resolve({ ...shown, after: behind });
      }
      if (again) this.#show(again);
    }
    this.#undoing = false;
    if (this.#current) this.querySelector('.stage').ariaBusy = 'false';
  }

  // Returns the task that is asked again; nothing when the decision stays.
  async #takeBack(last) {
    const place = this.#waiting.indexOf(last.decision);
    if (place > 0) {
      // Nobody has been told of it.
      this.#waiting.splice(place, 1);
      this.#keep();
      return last.decision.task;
    }
    if (place === 0) await last.settled; // it is on its way
    if (!this.#history.includes(last)) return undefined; // it was not kept
    const answer = await this.#call('DELETE', `labels/${last.label}`);
    if (answer?.ok) return answer.body.taskId;
    if (answer?.status === 404) {
      this.#forget(last);
      this.#mark(last, 'trouble', 'Not undone: the photo is gone');
    } else {
      this.#mark(last, 'trouble', 'Not undone: there is no connection');
    }
    return undefined;
  }

  // ---- what is on the screen ----

  async #advance() {
    this.#current = undefined;
    this.querySelector('.stage').ariaBusy = 'true'; // what is still shown is decided
    this.#count();
    const next = await (this.#next ?? this.#fetchNext());
    if (!this.isConnected || this.#current) return;
    if (!next) return this.#empty();
    this.#show(next);
    this.#next = next.after ?? this.#fetchNext();
  }

  #show(task) {
    this.#current = { ...task, shownAt: Date.now() };
    const photo = this.querySelector('[data-shown]');
    if (!photo) {
      location.reload(); // the page was drawn without a photo
      return;
    }
    photo.src = this.#photoOf(task, 1280);
    photo.hidden = false;
    this.querySelector('.stage').ariaBusy = 'false';
    this.#unzoom();
    this.querySelector('[data-zoom]').href = this.#photoOf(task);
    this.querySelector('[data-empty]').hidden = true;
    this.querySelector('.tools').hidden = this.#decide.hidden = false;
    this.#note.value = '';
    this.#decide.elements.task.value = task.id;
    const answer = this.querySelector('[data-answer]');
    answer.hidden = false;
    if (task.model) answer.textContent = `Model says ${task.model.class}, ${Math.round(task.model.probability * 100)}% sure`;
    for (const button of this.#decide.querySelectorAll('button[name="class"]')) {
      const guessed = task.model?.class === button.value;
      button.classList.toggle('guess', guessed);
      button.querySelector('small')?.remove();
      if (guessed) button.append(Object.assign(document.createElement('small'), { textContent: `Model ${Math.round(task.model.probability * 100)}%` }));
    }
  }

  #empty() {
    this.querySelector('.stage').ariaBusy = 'false';
    const photo = this.querySelector('[data-shown]');
    if (photo) photo.hidden = true;
    this.querySelector('.tools')?.setAttribute('hidden', '');
    const hadFocus = this.#decide?.contains(document.activeElement);
    if (this.#decide) this.#decide.hidden = true;
    this.querySelector('[data-answer]')?.setAttribute('hidden', '');
    this.querySelector('[data-empty]').hidden = false;
    if (hadFocus) this.querySelector('[data-empty] a').focus();
    this.#say('Nothing left to review');
  }

  // For those who do not see it.
  #say(words) { this.querySelector('[data-status]').textContent = words; }

  #photoOf(task, size) { return `api/v1/predictions/${task.predictionId}/image${size ? `?size=${size}` : ''}`; }

  #trail(decision) {
    const item = this.#part('decision').firstElementChild;
    item.querySelector('img').src = this.#photoOf({ predictionId: decision.photo }, 160);
    item.querySelector('[data-class]').textContent = decision.class ?? 'Skipped';
    const list = this.querySelector('.trail ol');
    list.prepend(item);
    while (list.children.length > TRAIL) list.lastElementChild.remove();
    const entry = { item, decision };
    entry.settled = new Promise(resolve => { entry.settle = resolve; });
    this.#history.push(entry);
    this.querySelector('[data-undo] button').disabled = false;
  }

  // There is nothing to take back of it any more.
  #forget(entry) { this.#history = this.#history.filter(other => other !== entry); }

  #mark({ item }, icon, words, differs = false) {
    const state = item.querySelector('small');
    state.className = icon === 'saved' ? (differs ? 'differs' : '') : 'wait';
    state.replaceChildren(this.#part(icon), words);
  }

  #count() {
    const now = Date.now();
    this.#times = this.#times.filter(time => now - time < MINUTE);
    this.#total = Math.max(this.#total, this.#done);
    const progress = this.querySelector('progress');
    progress.max = Math.max(1, this.#total);
    progress.value = this.#done;
    progress.setAttribute('aria-label', `${this.#done} of ${this.#total} decided`);
    this.querySelector('[data-count]').textContent = `${this.#done} of ${this.#total}`;
    this.querySelector('[data-pace]').textContent = `${this.#times.length} a minute`;
    this.querySelector('[data-undo] button').disabled = this.#history.length === 0;
  }

  // ---- what the server is told ----

  #keep() {
    if (this.#waiting.length > 0) localStorage.setItem(this.#storage, JSON.stringify(this.#waiting));
    else localStorage.removeItem(this.#storage);
  }

  // One after the other, so that they arrive in the order in which they were made.
  async #send() {
    if (this.#sending) return;
    this.#sending = true;
    for (let pause = 1000; this.#waiting.length > 0 && this.isConnected;) {
      const [decision] = this.#waiting;
      const entry = this.#history.find(candidate => candidate.decision === decision);
      const answer = await this.#call('POST', `tasks/${decision.task}/${decision.class === null ? 'skip' : 'label'}`,
        { class: decision.class ?? undefined, note: decision.note, seconds: decision.seconds });
      if (answer && !answer.again) {
        const { body } = answer;
        this.#waiting.shift();
        this.#keep();
        if (answer.ok) {
          entry.label = body.id;
          entry.item.dataset.label = body.id;
          this.#mark(entry, 'saved', body.model === null ? 'Saved' : body.agreed ? 'Model agreed' : `Model said ${body.model}`, body.agreed === false);
        } else {
          // It cannot be kept: somebody else was quicker, or the photo is gone.
          this.#forget(entry);
          this.#done = Math.max(0, this.#done - 1);
          this.#mark(entry, 'trouble', `Not kept: ${body.detail ?? answer.status}`);
        }
        entry.settle();
        this.#count();
        pause = 1000;
      } else {
        const count = this.#waiting.length;
        this.#mark(entry, 'trouble', answer?.status === 401 ? `${count} wait: sign in again in another tab` : `${count} ${count === 1 ? 'waits' : 'wait'} for the connection`);
        await this.#pause(pause);
        pause = Math.min(2 * pause, LONGEST_PAUSE);
      }
    }
    this.#sending = false;
  }

  #pause(milliseconds) {
    return new Promise(resolve => {
      setTimeout(resolve, milliseconds);
      window.addEventListener('online', resolve, { once: true });
    });
  }

  // Returns { ok, status, body, again }, the last telling that it is worth another try; nothing without a connection, or when it was not the server that answered.
  async #call(method, path, content) {
    try {
      const answer = await fetch(new URL(path, this.#api), {
        method,
        headers: content ? { 'Content-Type': 'application/json' } : {},
        body: content && JSON.stringify(content),
      });
      const { ok, status } = answer;
      const again = status >= 500 || status === 401 || status === 429;
      return { ok, status, again, body: status === 204 || again ? undefined : await answer.json() };
    } catch {
      return undefined;
    }
  }

  async #fetchTask(holding, task) {
    for (let pause = 1000; this.isConnected; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      const answer = await this.#call('POST', `loops/${this.dataset.loop}/tasks/next`, { holding, task });
      if (answer && !answer.again) return answer.ok ? answer.body : undefined;
      await this.#pause(pause);
    }
    return undefined;
  }

  // The task after the one on the screen, with its photo loaded.
  async #fetchNext() {
    const holding = [this.#current?.id, ...this.#waiting.map(decision => decision.task)].filter(Boolean).slice(-20);
    const task = await this.#fetchTask(holding);
    if (task) await this.#load(task);
    return task;
  }

  // Until a photo is there the one before it stays on the screen: nobody may decide on the one and look at the other.
  async #load(task) {
    const photo = new Image();
    photo.src = this.#photoOf(task, 1280);
    await photo.decode().catch(() => {}); // one that cannot be shown is seen when it is its turn
  }

  // Gives back what was not decided, so that others need not wait for it. The page that is drawn next may have it again before this arrives: so it is told which lease ends.
  async #release() {
    let [task, behind] = [this.#current, this.#next];
    while (task || behind) {
      if (task) {
        fetch(new URL(`tasks/${task.id}/release`, this.#api), {
          method: 'POST', keepalive: true, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ leaseUntil: task.leaseUntil }),
        }).catch(() => {});
      }
      task = await behind;
      behind = task?.after;
    }
  }
}

customElements.define('review-desk', ReviewDesk);
