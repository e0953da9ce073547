// Makes the review page faster: one key labels a photo, and the next photo is loaded in advance. Labels are sent through the outbox, so
// that none is lost without a connection.
// The page's plain forms do the same without scripts.

import { LabelOutbox, newKey } from './outbox.js';
import { ask } from './server.js';
import { namesUnder, readJson, remove, usesSingleKeys, useSingleKeys, write } from './store.js';
import { inWords, untilNext } from './trouble.js';

const FIRST_PAUSE = 1000; // milliseconds between the first two attempts to get a photo
const LONGEST_PAUSE = 30_000;
const IMAGE_DEADLINE = 30_000; // milliseconds in which a photo has to load
const SHOW_LOADING = 300; // milliseconds before a loading message replaces a missing photo
const RENEW_BEFORE = 120_000; // milliseconds before a lease ends; from then on, returning to the page renews it
const MINUTE = 60_000;
const TRAIL = 6; // labels shown in the trail
const SHOWN = 'gourmetgram.shown.'; // prefix of one entry per tab with the tasks it holds, so that other tabs show other tasks
const MOST_HELD = 15; // unsent labels; with more of them, no further photo is requested until the outbox recovers
const MOST_NAMED = 20; // most ids that the server accepts

const percent = share => share > 0 && share < 0.005 ? '<1%' : share > 0.99 && share < 1 ? '99%' : `${Math.round(share * 100)}%`;

const later = milliseconds => new Promise(resolve => { setTimeout(resolve, milliseconds); });

// Uses the task's id, not the prediction's, so that nothing on the page leads to the model's answer before the user has labelled.
const photoOf = task => `api/v1/tasks/${task}/image`;

// Resolves to whether the photo can be shown.
function load(image, address) {
  return new Promise(resolve => {
    const giveUp = setTimeout(() => {
      image.src = '';
      resolve(false);
    }, IMAGE_DEADLINE);
    const end = seen => {
      clearTimeout(giveUp);
      resolve(seen);
    };
    image.onload = () => image.decode().then(() => end(true), () => end(false));
    image.onerror = () => end(false);
    if (image.src !== address) image.src = address;
  });
}

class ReviewPage extends HTMLElement {
  #listeners;
  #outbox;
  #current; // the task on the screen: { id, photo, leaseUntil, model?, image, seen, shownAt }
  #ahead = []; // tasks to show next, their photos loaded
  #arriving = new Set(); // tasks whose photos are being loaded
  #fetching; // promise of the task that is being fetched
  #trouble; // why the last attempt to get a photo failed, with `until`; undefined if it didn't fail
  #over; // set when there is no further photo, with the server's `detail` if it refused; undefined while there may be one
  #wake = () => {}; // ends the pause before the next attempt to get a photo
  #wasTrouble = false;
  #until = {}; // when the next attempt is, for the message in place of the photo (`stage`) and for the one below it (`notice`)
  #checking = false;
  #undoing = false;
  #history = []; // labels that can be undone, the newest last: { item, label, entry, task }
  #times = []; // times of the last minute's labels, for the pace
  #done;
  #total;
  #skew; // milliseconds by which this clock is ahead of the server's
  #tab; // name of this tab's entry in the browser's storage

  connectedCallback() {
    this.#listeners = new AbortController();
    const { signal } = this.#listeners;
    this.addEventListener('submit', event => this.#submitted(event), { signal });
    this.addEventListener('click', event => this.#clicked(event), { signal });
    document.addEventListener('keydown', event => this.#key(event), { signal });
    document.addEventListener('visibilitychange', () => document.hidden || this.#renew(), { signal });
    window.addEventListener('online', () => this.#wake(), { signal });
    window.addEventListener('pagehide', () => this.#release(), { signal });
    window.addEventListener('pageshow', event => event.persisted && location.reload(), { signal });
    const keys = this.querySelector('[data-single-keys]');
    keys.checked = usesSingleKeys();
    keys.addEventListener('change', () => useSingleKeys(keys.checked), { signal });
    const clock = setInterval(() => this.#tick(), 1000);
    signal.addEventListener('abort', () => clearInterval(clock));

    this.#skew = Date.now() - Date.parse(this.dataset.now);
    this.#done = this.querySelector('.where progress').value;
    this.#total = Number(this.querySelector('[data-count]').textContent.split(' of ')[1]);
    this.#times = Array(Number(this.querySelector('[data-pace]').dataset.inLastMinute)).fill(Date.now());
    this.#history = [...this.querySelectorAll('.trail li[data-label]')].reverse().map(item => ({ item, label: item.dataset.label }));

    this.#tab = `${SHOWN}${this.dataset.person}.${newKey()}`;
    this.#outbox = new LabelOutbox(this.dataset.person);
    this.#outbox.onchange = () => this.#tell();
    this.#outbox.onsettled = (entry, outcome) => this.#settled(entry, outcome);
    this.#outbox.start();
    for (const entry of this.#outbox.labels.filter(({ loop }) => loop === this.dataset.loop)) {
      this.#trail(entry);
      this.#done++;
    }

    this.#count();
    if (this.dataset.task) this.#begin();
  }

  disconnectedCallback() {
    this.#listeners.abort();
    this.#outbox.stop();
    this.#wake();
    this.#release();
  }

  get #decide() { return this.querySelector('#decide'); }

  get #note() { return this.querySelector('#note-text'); }

  get #stage() { return this.querySelector('.stage'); }

  get #alsoTrial() { return this.dataset.trial ? `&trial=${this.dataset.trial}` : ''; }

  get #summary() { return new URL(`review/${this.dataset.loop}/done`, document.baseURI); }

  #part(name) { return this.querySelector(`template[data-part="${name}"]`).content.cloneNode(true); }

  // Shows the photo that the server rendered into the page.
  async #begin() {
    const image = this.querySelector('[data-shown]');
    const task = { id: this.dataset.task, photo: photoOf(this.dataset.task), leaseUntil: this.dataset.lease, image, seen: true };
    // The server may not know yet that this photo is labelled, or that another tab shows it. A photo that the address requests is shown
    // even if another tab shows it.
    const isShown = this.#elsewhere.includes(task.id) && !new URLSearchParams(location.search).has('task');
    if (isShown || this.#outbox.labels.some(entry => entry.task === task.id)) {
      this.#advance();
      return;
    }

    this.#current = { ...task, seen: image.complete && image.naturalWidth > 0, shownAt: Date.now() };
    this.#writeShown();
    if (!this.#current.seen && !image.complete) this.#current.seen = await this.#waitFor(load(image, image.src));
    if (this.#current?.id !== task.id) return;
    if (this.#current.seen) this.#showPhoto();
    else this.#check();
    this.#fetchNext();
  }

  // ---- user actions ----

  #submitted(event) {
    event.preventDefault();
    if (event.target === this.#decide) this.#choose(event.submitter);
    else this.#undo();
  }

  #clicked(event) {
    const button = event.target.closest('[data-when], [data-zoom]');
    if (!button || button.href && !('zoom' in button.dataset)) return;
    event.preventDefault();
    switch (button.dataset.when) {
      case 'retry':
        this.#outbox.wake();
        this.#wake();
        break;
      case 'reload':
        this.#check();
        break;
      case 'dismiss':
        button.closest('.notice').remove();
        break;
      default:
        this.#zoom();
    }
  }

  #key(event) {
    const key = event.key.toLowerCase();
    const undo = key === 'z' && (event.ctrlKey || event.metaKey) && !event.shiftKey;
    if (event.altKey || event.repeat || !undo && (event.ctrlKey || event.metaKey)) return;
    if (!undo && !usesSingleKeys()) return;
    // A field keeps the focus for a moment after its panel is closed, so a hidden field is ignored.
    if (event.target.closest('input:not([type="checkbox"]), textarea, select')?.checkVisibility()) return;
    if (this.querySelector('[popover]:popover-open') && key !== '?') return;
    const button = this.#decide && [...this.#decide.querySelectorAll('button[data-key]')].find(candidate => candidate.dataset.key === key);
    if (undo || key === 'z') this.#undo();
    else if (button) this.#choose(button);
    else if (key === 'enter' && !event.target.closest('a, button, summary')) this.#choose(this.querySelector('button.guess'));
    else if (key === 'x') this.#zoom();
    else if (key === 'n' && this.#current && !this.#undoing) this.querySelector('#note').showPopover();
    else if (key === '?') this.querySelector('#keys-help').togglePopover();
    else return;
    event.preventDefault();
  }

  async #zoom() {
    const task = this.#current;
    if (!task?.seen) return;
    if (!this.#stage.classList.toggle('zoomed')) return this.#unzoom();
    const frame = this.querySelector('.frame');
    frame.tabIndex = 0; // so that the arrow keys scroll it
    frame.focus({ preventScroll: true });
    const center = () => frame.scrollTo((task.image.width - frame.clientWidth) / 2, (task.image.height - frame.clientHeight) / 2);
    center();
    const whole = this.#newImage(); // the photo in full resolution
    if (!await load(whole, task.photo) || this.#current !== task) return;
    task.image = whole;
    frame.replaceChildren(whole);
    if (this.#stage.classList.contains('zoomed')) center();
  }

  #unzoom() {
    this.#stage.classList.remove('zoomed');
    const frame = this.querySelector('.frame');
    if (frame === document.activeElement) frame.blur();
    frame.removeAttribute('tabindex');
  }

  // A photo that couldn't be loaded can't be labelled, only skipped.
  #choose(button) {
    if (!button || !this.#current || this.#undoing || button.disabled || !this.#current.seen && button.name !== 'skip') return;
    const task = this.#current;
    const skip = button.name === 'skip';
    const note = this.#note.value.trim() || undefined;
    const seconds = Math.min((Date.now() - task.shownAt) / 1000, 86_400);
    const entry = this.#outbox.add({
      loop: this.dataset.loop,
      task: task.id,
      photo: task.photo,
      action: skip ? 'skip' : 'label',
      body: skip ? { note, seconds } : { [button.name]: button.value, note, seconds }, // "class" or "answer"
      words: skip ? 'Skipped' : button.querySelector('span').textContent.trim(),
    });
    this.querySelectorAll('[data-says] > :not([data-waiting])').forEach(notice => notice.remove());
    this.#times.push(Date.now());
    this.#done++;
    this.#trail(entry, task);
    this.#advance();
  }

  async #undo() {
    const last = this.#history.at(-1);
    if (!last || this.#undoing) return;
    const unsent = last.entry && this.#outbox.labels.includes(last.entry);
    if (unsent) {
      this.#undoing = true;
      this.#outbox.takeBack(last.entry);
      this.#undone(last);
      this.#undoing = false;
      if (last.task) this.#show(last.task);
      else this.#showAgain(last.entry.task);
      return;
    }

    this.#undoing = true;
    this.#stage.ariaBusy = 'true';
    const state = last.item.querySelector('small');
    const before = state.cloneNode(true);
    this.#mark(last, 'trouble', 'Undoing…');
    const outcome = await ask('DELETE', `labels/${last.label}`);
    this.#undoing = false;
    this.#stage.ariaBusy = 'false';
    if (outcome.kind === 'done') {
      this.#undone(last);
      if (this.#history.length === 0 && 'more' in this.dataset) {
        // Older labels are rendered by the server, so the page is loaded again.
        location.assign(new URL(`review/${this.dataset.loop}?task=${outcome.body.taskId}${this.#alsoTrial}`, document.baseURI));
        return;
      }
      this.#showAgain(outcome.body.taskId);
    } else if (outcome.kind === 'refused') {
      this.#forget(last);
      this.#mark(last, 'trouble', 'Not undone: the photo was deleted');
      this.#count();
    } else {
      state.replaceWith(before);
      const { title, text } = inWords(outcome, 0, true);
      this.#notice('undo', `Not undone. ${title}`, text);
      this.#tell();
    }
  }

  #undone(entry) {
    this.#forget(entry);
    entry.item.remove();
    const hidden = this.#history.slice(-TRAIL).reverse().find(other => !other.item.isConnected);
    if (hidden) this.querySelector('.trail ol').append(hidden.item);
    this.#done = Math.max(0, this.#done - 1);
    this.#count();
    this.querySelector('[data-says] [data-undo]')?.remove();
    this.#say('Label undone');
    this.#over = undefined;
  }

  // Fetches a task that is assigned to the user again after an undo, and shows it.
  async #showAgain(id) {
    this.#undoing = true;
    this.#stage.ariaBusy = 'true';
    const outcome = await this.#askNext(this.#held, id);
    const task = outcome.kind === 'done' && outcome.body ? await this.#prepare(outcome.body) : undefined;
    this.#undoing = false;
    if (task) {
      this.#show(task);
    } else {
      this.#stage.ariaBusy = 'false';
      this.#notice('undo', 'Label undone.', 'The photo will appear again later.');
      if (!this.#current) this.#advance();
    }
  }

  // ---- display ----

  get #held() {
    const ids = [this.#current?.id, ...this.#ahead.map(task => task.id), ...this.#outbox.labels.map(entry => entry.task)];
    return ids.filter(Boolean);
  }

  // Ids of the tasks that other tabs of this browser show or have loaded.
  get #elsewhere() {
    const others = namesUnder(`${SHOWN}${this.dataset.person}.`).filter(name => name !== this.#tab);
    return others.flatMap(name => {
      const { tasks, until } = readJson(name) ?? {};
      if (Array.isArray(tasks) && until > Date.now()) return tasks;
      remove(name);
      return [];
    });
  }

  #writeShown() {
    const shown = [this.#current, ...this.#ahead].filter(Boolean);
    const until = Math.max(...shown.map(task => Date.parse(task.leaseUntil) + this.#skew));
    if (shown.length === 0) remove(this.#tab);
    else write(this.#tab, JSON.stringify({ tasks: shown.map(task => task.id), until }));
  }

  #newImage() {
    const image = Object.assign(new Image(400, 300), { alt: 'Photo to label' });
    image.dataset.shown = '';
    return image;
  }

  // Shows the next task, and a loading message until its photo is loaded.
  async #advance() {
    this.#current = undefined;
    this.#stage.ariaBusy = 'true';
    this.#count();
    if (this.#ahead.length === 0) await this.#waitFor(this.#fetchNext());
    if (!this.isConnected || this.#current) return;
    const next = this.#ahead.shift();
    if (next) this.#show(next);
    else this.#tell();
  }

  // Shows a task. The task that was on the screen is shown again after it.
  #show(task) {
    if (this.#current) this.#ahead.unshift(this.#current);
    this.#current = { ...task, shownAt: Date.now() };
    this.#writeShown();
    this.#unzoom();
    this.querySelector('.frame').replaceChildren(task.image);
    this.querySelector('[data-zoom]').href = task.photo;
    this.#note.value = '';
    this.#decide.elements.task.value = task.id;
    const answer = this.querySelector('[data-answer]');
    if (task.model) answer.textContent = `Model: ${task.model.class}, ${percent(task.model.probability)} sure`;
    for (const button of this.#decide.querySelectorAll('button[name="class"]')) {
      const guessed = task.model?.class === button.value;
      button.classList.toggle('guess', guessed);
      button.querySelector('small')?.remove();
      if (!guessed) continue;
      button.append(this.#part('guess'));
      button.querySelector('[data-share]').textContent = percent(task.model.probability);
    }

    if (task.seen) this.#showPhoto();
    else this.#check();
    this.#fetchNext();
  }

  #showPhoto() {
    this.#arrange({ photo: true, keys: true });
    for (const button of this.#decide.querySelectorAll('button')) button.disabled = false;
    this.#tell();
  }

  #showUnseen() {
    this.#arrange({
      keys: true,
      icon: 'trouble',
      title: 'This photo can’t be shown',
      text: 'The file may be damaged, or the photo storage may be unavailable. If loading it again doesn’t help, skip it.',
      offer: ['reload'],
    });
    for (const button of this.#decide.querySelectorAll('button:not([name="skip"])')) button.disabled = true;
  }

  // Shows either the photo with its tools or a message in its place. No other function decides this.
  #arrange({ photo = false, keys = false, icon, title = '', text = '', until, offer = [], loading = false }) {
    const hadFocus = this.#decide.contains(document.activeElement);
    const message = this.querySelector('[data-stage]');
    this.#stage.ariaBusy = String(loading);
    this.querySelector('.frame').hidden = this.querySelector('.tools').hidden = !photo;
    this.querySelector('.stage figcaption').hidden = !photo;
    this.#decide.hidden = !keys;
    message.hidden = photo;
    message.querySelector('[data-title]').textContent = title;
    message.querySelector('[data-text]').textContent = text;
    this.#until.stage = until;
    for (const mark of message.querySelectorAll('[data-icon]')) mark.hidden = mark.dataset.icon !== icon;
    message.querySelector('[data-loading]').hidden = !loading;
    for (const choice of message.querySelectorAll('[data-when]')) choice.hidden = !offer.includes(choice.dataset.when);
    if (!photo) this.#say([title, text].filter(Boolean).join(' '));
    if (hadFocus && !keys) message.querySelector('.row :not([hidden])')?.focus();
  }

  // Shows why photos can't be loaded or labels can't be sent: in place of the photo if there is none, otherwise below it.
  #tell() {
    if (!this.#decide) return;
    const unsent = this.#outbox.labels;
    const trouble = this.#outbox.trouble ?? this.#trouble;
    for (const last of this.#history.filter(({ entry }) => unsent.includes(entry)))
      this.#mark(last, trouble ? 'trouble' : 'waiting', trouble ? 'Not saved yet' : 'Saving');
    const words = trouble && inWords(trouble, unsent.length, this.#outbox.isStored);
    const inPlace = !this.#current && this.#trouble;
    if (inPlace) this.#arrange({ ...words, icon: 'trouble', until: trouble.until, offer: [words.signIn ? 'sign-in' : 'retry'] });
    if (trouble && !inPlace) this.#notice('waiting', words.title, words.text, { signIn: words.signIn, until: trouble.until });
    else if (!trouble && unsent.length > 0 && !this.#outbox.isStored)
      this.#notice('waiting', 'This browser can’t store labels.', 'Keep this page open until they are saved.');
    else this.querySelector('[data-says] [data-waiting]')?.remove();
    this.#until.notice = trouble?.until;
    if (!this.#current && this.#over) this.#end(unsent.length);
    this.#tick();
    // A photo that failed to load during the trouble may load now.
    if (this.#wasTrouble && !trouble && this.#current && !this.#current.seen) this.#check();
    this.#wasTrouble = Boolean(trouble);
  }

  // Ends the review when no photo is left. The summary counts the server's labels, so it opens only when the last label is saved
  // and no notice about a refused label is left to read.
  #end(unsent) {
    if (this.#over.detail !== undefined) {
      this.#arrange({ icon: 'end', title: 'This loop isn’t reviewed here any more', text: this.#over.detail, offer: ['others'] });
      return;
    }

    this.#arrange({
      icon: 'end',
      title: 'All caught up',
      text: unsent === 0 ? 'New photos appear here automatically.'
        : unsent === 1 ? '1 label isn’t saved yet.' : `${unsent} labels aren’t saved yet.`,
      offer: ['summary', 'others'],
    });
    const isRead = !this.querySelector('[data-says] > :not([data-waiting])');
    if (unsent === 0 && isRead && !this.#undoing) location.replace(this.#summary);
  }

  #notice(name, title, text, { signIn = false, until } = {}) {
    const says = this.querySelector('[data-says]');
    let notice = says.querySelector(`[data-${name}]`);
    if (!notice) {
      notice = this.#part('notice').firstElementChild;
      notice.setAttribute(`data-${name}`, '');
      says.append(notice);
    }

    if (notice.querySelector('[data-title]').textContent !== title) notice.querySelector('[data-title]').textContent = title;
    if (notice.querySelector('[data-text]').textContent !== text) notice.querySelector('[data-text]').textContent = text;
    notice.querySelector('[data-when="sign-in"]').href = this.querySelector('[data-stage] [data-when="sign-in"]').href;
    notice.querySelector('[data-when="sign-in"]').hidden = !signIn;
    notice.querySelector('[data-when="retry"]').hidden = signIn || !until;
    notice.querySelector('[data-when="dismiss"]').hidden = name === 'waiting';
  }

  // Updates the seconds until the next attempt.
  #tick() {
    for (const [name, until] of Object.entries(this.#until)) {
      const next = this.querySelector(`[data-${name === 'stage' ? 'stage' : 'waiting'}] [data-next]`);
      if (next) next.textContent = until ? untilNext(until) : '';
    }
  }

  // Announces the words to screen readers.
  #say(words) {
    const status = this.querySelector('[data-status]');
    if (status.textContent !== words) status.textContent = words;
  }

  #trail(entry, task) {
    const item = this.#part('decision').firstElementChild;
    item.querySelector('img').src = task?.image.src ?? `${entry.photo}?size=160`;
    item.querySelector('[data-class]').textContent = entry.words;
    const list = this.querySelector('.trail ol');
    list.prepend(item);
    while (list.children.length > TRAIL) list.lastElementChild.remove();
    this.#history.push({ item, entry, task });
  }

  // Removes a label that can't be undone any more from the history.
  #forget(entry) { this.#history = this.#history.filter(other => other !== entry); }

  #mark({ item }, icon, words) {
    const state = item.querySelector('small');
    state.className = { saved: '', differs: 'differs', waiting: 'wait', trouble: 'wait' }[icon];
    state.replaceChildren(...icon === 'differs' ? [] : [this.#part(icon)], words);
  }

  #count() {
    const now = Date.now();
    this.#times = this.#times.filter(time => now - time < MINUTE);
    this.#total = Math.max(this.#total, this.#done);
    const progress = this.querySelector('.where progress');
    progress.max = Math.max(1, this.#total);
    progress.value = this.#done;
    progress.setAttribute('aria-label', `${this.#done} of ${this.#total} labelled`);
    this.querySelector('[data-count]').textContent = `${this.#done} of ${this.#total}`;
    this.querySelector('[data-pace]').textContent = `${this.#times.length} a minute`;
    this.querySelector('[data-undo] button').disabled = this.#history.length === 0;
  }

  // ---- server ----

  #settled(entry, outcome) {
    const last = this.#history.find(other => other.entry === entry);
    if (outcome.kind === 'refused' && entry.action !== 'undo') {
      const why = outcome.status === 404 ? 'The photo was deleted in the meantime.'
        : outcome.detail ?? `The server rejected it (error ${outcome.status}).`;
      this.#notice('refused', `${entry.words === 'Skipped' ? 'Your skip' : `Your label ${entry.words}`} wasn’t saved.`, why);
      if (entry.loop === this.dataset.loop) this.#done = Math.max(0, this.#done - 1);
    }

    if (!last) return;
    last.task = undefined;
    if (outcome.kind === 'done') {
      const { body } = outcome;
      last.label = last.item.dataset.label = body.id;
      if (body.agreed === null) this.#mark(last, 'saved', 'Saved');
      else if (body.agreed) this.#mark(last, 'saved', 'Model agrees');
      else this.#mark(last, 'differs', `Model: ${body.model}`);
    } else {
      this.#forget(last);
      this.#mark(last, 'trouble', { refused: 'Not saved', cancelled: 'Undone in another tab', gone: 'Saved in another tab' }[outcome.kind]);
    }

    this.#count();
  }

  #askNext(holding, task) {
    return ask('POST', `loops/${this.dataset.loop}/tasks/next`, {
      content: { task, trial: this.dataset.trial, holding: holding.slice(-MOST_NAMED) },
    });
  }

  // Resolves when a further task is loaded, or none is left.
  #fetchNext() {
    if (this.#ahead.length > 0) return Promise.resolve();
    this.#fetching ??= this.#fetch().finally(() => { this.#fetching = undefined; });
    return this.#fetching;
  }

  async #fetch() {
    for (let pause = FIRST_PAUSE; this.isConnected; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      // Tasks with unsent labels are named, so that the server doesn't return them again. It accepts a limited number of names.
      const blocked = this.#outbox.labels.length > MOST_HELD && this.#outbox.trouble;
      const shown = this.#elsewhere;
      let outcome = blocked || await this.#askNext([...shown, ...this.#held]);
      // The only tasks left are those that other tabs show, so they are requested too.
      if (outcome.kind === 'done' && !outcome.body && shown.length > 0) outcome = await this.#askNext(this.#held);
      if (outcome.kind === 'done' || outcome.kind === 'refused') {
        this.#trouble = undefined;
        const task = outcome.body && await this.#prepare(outcome.body);
        if (task) this.#ahead.push(task);
        this.#writeShown();
        this.#over = task ? undefined : { detail: outcome.detail };
        if (!this.isConnected) this.#release();
        this.#tell();
        return;
      }

      const wait = Math.max(pause, 1000 * (outcome.retryAfter ?? 0));
      this.#trouble = { ...outcome, until: Date.now() + wait };
      this.#tell();
      await Promise.race([later(wait), new Promise(resolve => { this.#wake = resolve; })]);
    }
  }

  // Returns a task with its photo; `seen` is false if the photo couldn't be loaded.
  async #prepare(found) {
    const { id, leaseUntil, model } = found;
    const task = { id, photo: photoOf(id), leaseUntil, model, image: this.#newImage() };
    this.#arriving.add(task);
    task.seen = await load(task.image, `${task.photo}?size=1280`);
    this.#arriving.delete(task);
    return task;
  }

  // Asks the server whether the photo on the screen is still assigned to the user, and loads it again if it isn't visible.
  async #check() {
    if (this.#checking || !this.#current) return;
    this.#checking = true;
    await this.#look(this.#current);
    this.#checking = false;
    if (this.#current && !this.#current.seen) this.#showUnseen();
  }

  async #look(task) {
    this.#arrange({ title: 'Loading the photo…', loading: true });
    const holding = this.#held.filter(id => id !== task.id);
    const outcome = await this.#askNext(holding, task.id);
    if (this.#current !== task) return;
    if (outcome.kind === 'done' && outcome.body?.id !== task.id) {
      this.#notice('refused', 'You can’t label that photo any more.', 'It was deleted, or it was assigned to somebody else.');
      this.#current = undefined;
      const other = outcome.body && await this.#prepare(outcome.body);
      if (other) this.#show(other);
      else this.#advance();
      return;
    }

    task.leaseUntil = outcome.body?.leaseUntil ?? task.leaseUntil;
    this.#writeShown();
    if (!task.seen) {
      const image = this.#newImage();
      const seen = await load(image, `${task.photo}?size=1280`);
      if (this.#current !== task) return;
      Object.assign(task, { image, seen });
      this.querySelector('.frame').replaceChildren(image);
    }

    if (task.seen) this.#showPhoto();
  }

  // Renews the lease when it has ended or ends soon, because the photo on the screen may be assigned to somebody else by now.
  async #renew() {
    const task = this.#current;
    if (!task || this.#undoing || Date.parse(task.leaseUntil) + this.#skew - Date.now() > RENEW_BEFORE) return;
    await this.#check();
  }

  // Shows a loading message if the work takes long enough to be noticed.
  async #waitFor(work) {
    let waiting = true;
    later(SHOW_LOADING).then(() => {
      if (waiting && this.isConnected && !this.#trouble) this.#arrange({ title: 'Loading the photo…', loading: true });
    });
    try {
      return await work;
    } finally {
      waiting = false;
    }
  }

  // Releases the tasks that weren't labelled, so that others needn't wait for their leases to end. The next page may lease a task again
  // before the release arrives, so the request names the lease that it ends.
  #release() {
    const held = [this.#current, ...this.#ahead, ...this.#arriving].filter(Boolean);
    this.#current = undefined;
    this.#ahead = [];
    this.#writeShown();
    for (const { id, leaseUntil } of held) {
      fetch(new URL(`api/v1/tasks/${id}/release`, document.baseURI), {
        method: 'POST',
        keepalive: true,
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ leaseUntil }),
        signal: AbortSignal.timeout(MINUTE),
      }).catch(() => {}); // a lease that isn't released expires
    }
  }
}

customElements.define('review-page', ReviewPage);
