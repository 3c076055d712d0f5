// What the browser adds: dialogs, lists, look-ups, drafts saved as one types, the live inbox.
'use strict';
(() => {
const $ = (s, r = document) => r.querySelector(s), $$ = (s, r = document) => [...r.querySelectorAll(s)];
const body = document.body, say = JSON.parse(body.dataset.say || '{}');
const on = (type, f, capture) => document.addEventListener(type, f, capture);
// While an input method composes, its keys are not ours.
const composing = e => e.isComposing || e.keyCode === 229, ctrl = e => e.ctrlKey || e.metaKey;
const make = (tag, given) => Object.assign(document.createElement(tag), given), BOX = '[type=checkbox]';
const touched = el => el.dispatchEvent(new Event('input', { bubbles: true }));

/* What a clerk types becomes what is meant: 1,200 and １２００ and 1200- (red letters); 20260401, 260401, 2026.4.1, 4.1. */
function tidyNumber(text, scale) {
  const m = /^(-?)(\d*)(?:\.(\d*))?$/.exec(text.replace(/[,，\s]/g, '').replace('−', '-').replace(/^([\d.]+)-$/, '-$1'));
  if (!m || !(m[2] + (m[3] || ''))) return null;
  const fraction = (m[3] || '').padEnd(scale, '0');
  return m[1] + (m[2].replace(/^0+(?=\d)/, '') || '0') + (fraction && '.' + fraction);
}
function tidyDate(text) {
  const m = /^(\d{4}|\d\d)(\d\d)(\d\d)$/.exec(text) || /^(?:(\d{4}|\d\d)[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?$/.exec(text);
  if (!m) return null;
  const year = String(m[1] || new Date().getFullYear()), day = [year.padStart(4, '20'), m[2].padStart(2, '0'), m[3].padStart(2, '0')].join('-');
  const date = new Date(day + 'T00:00:00Z');
  return !isNaN(date) && date.toISOString().startsWith(day) ? day : null;
}
function tidy(el, text = el.value) {
  text = text.trim();
  if (!text) return '';
  if ('scale' in el.dataset) return tidyNumber(text.normalize('NFKC'), +el.dataset.scale);
  return 'date' in el.dataset ? tidyDate(text.normalize('NFKC')) : text;
}
function settle(el) {
  if (!('scale' in el.dataset || 'date' in el.dataset)) return;
  const good = tidy(el);
  el.ariaInvalid = good === null ? 'true' : null;
  if (good !== null && good !== el.value) { el.value = good; touched(el); }
}
on('change', e => { if (e.target.tagName === 'INPUT') settle(e.target); }, true);
on('click', e => {
  const pick = e.target.closest('[data-pick]');
  if (!pick) return;
  const input = pick.previousElementSibling, day = make('input', { type: 'date', className: 'seen', tabIndex: -1, value: tidy(input) || '' });
  pick.before(day);
  day.onchange = () => { input.value = day.value; input.focus(); settle(input); touched(input); };
  day.onblur = () => day.remove();
  day.focus(); day.showPicker?.();
});

/* Dialogs, menus, messages */
const menus = () => $$('details.menu[open]');
on('click', e => {
  const opener = e.target.closest('[data-dialog]'), shut = e.target.closest('[data-shut]');
  if (opener && !ctrl(e)) {
    e.preventDefault();
    opener.closest('details')?.removeAttribute('open');
    const dialog = document.getElementById(opener.dataset.dialog);
    dialog.showModal();
    $('.fields input, .fields select, .fields textarea', dialog)?.focus();
  }
  if (shut) shut.closest('dialog') ? shut.closest('dialog').close() : shut.parentElement.remove();
  if (e.target.tagName === 'DIALOG') e.target.close();
  for (const menu of menus()) if (!menu.contains(e.target)) menu.open = false;
});
on('keydown', e => {
  if (e.key === 'Escape') for (const menu of menus()) { menu.open = false; menu.firstElementChild.focus(); }
  if (e.key === ' ' && e.target.role === 'button') { e.preventDefault(); e.target.click(); }
});
for (const toast of $$('.toast:not([data-stay])')) setTimeout(() => toast.remove(), 6000);

/* A printed form is shown where the browser shows such files. */
for (const sheet of $$('[data-sheet]')) if (navigator.pdfViewerEnabled) { sheet.src = sheet.dataset.sheet; sheet.hidden = false; }

/* One press, one request. What came back from the history may be sent again. */
on('submit', e => {
  const { method, dataset } = e.target;
  if (method !== 'post') return;
  if (dataset.sent) return e.preventDefault();
  dataset.sent = '1';
  e.submitter?.classList.add('busy');
});
addEventListener('pageshow', () => { for (const el of $$('[data-sent], .busy')) { delete el.dataset.sent; el.classList.remove('busy'); } });
on('change', e => { if (e.target.matches('[data-auto] select, [data-auto] [type=checkbox], [data-auto] [data-date], [data-attach]')) e.target.form.requestSubmit(); });

/* Lists: J K walk, X selects, shift-click selects a range; trees fold. */
function walk(row, step) {
  const all = $$('[data-rows] tbody tr:not([hidden])').filter(r => $('a', r)), at = all.indexOf(row);
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step];
  if (next) $('a', next).focus();
}
function fold(twist, open) {
  twist.setAttribute('aria-expanded', open);
  let under = Infinity;
  for (const row of $$('tr', twist.closest('tbody'))) {
    const level = +row.dataset.level;
    row.hidden = level > under;
    if (!row.hidden) under = $('[aria-expanded=false]', row) ? level : Infinity;
  }
}
on('click', e => { const t = e.target.closest('.twist'); if (t) fold(t, t.ariaExpanded === 'false'); });
on('keydown', e => {
  if (composing(e) || ctrl(e) || e.altKey || e.target.closest('input:not([type=checkbox]), select, textarea') || $('dialog[open]')) return;
  const row = e.target.closest('[data-rows] tbody tr'), twist = row && $('.twist', row), k = e.key;
  if (k === 'j' || (row && k === 'ArrowDown')) walk(row, 1);
  else if (k === 'k' || (row && k === 'ArrowUp')) walk(row, -1);
  else if (row && k === 'x') $(BOX, row)?.click();
  else if (twist && /^Arrow[LR]/.test(k)) fold(twist, k === 'ArrowRight');
  else if (k === '/') $('[data-find]')?.focus();
  else if (k === '?') $('#shortcuts')?.showModal();
  else return;
  e.preventDefault();
});
let lastTick;
function chosen(form) {
  const ticks = $$('tbody ' + BOX, form), n = ticks.filter(t => t.checked).length, note = $('[data-chosen]', form), all = $('[data-all]', form);
  if (!note) return;
  note.dataset.text ??= note.textContent;
  note.textContent = n ? say.chosen.replace('{}', n) : note.dataset.text;
  $('[data-batch-go]', form).disabled = !n;
  all.checked = n && n === ticks.length;
  all.indeterminate = n && n < ticks.length;
}
on('click', e => {
  const tick = e.target, form = tick.closest('[data-batch]');
  if (!form || tick.type !== 'checkbox') return;
  const ticks = $$('tbody ' + BOX, form), ends = [ticks.indexOf(lastTick), ticks.indexOf(tick)].sort((a, b) => a - b);
  const range = 'all' in tick.dataset ? ticks : e.shiftKey && ends[0] >= 0 ? ticks.slice(ends[0], ends[1] + 1) : [];
  for (const t of range) t.checked = tick.checked;
  lastTick = tick;
  chosen(form);
});
$$('[data-batch]').forEach(chosen);

/* Look-ups: a list under the input, asked of the server as one types. */
let popup, owner, found = [], at = 0, timer, asked = 0;
const named = input => $('[data-named]', input.closest('td, .field'));
const taken = input => input.value.trim() === (input.dataset.chosen ?? input.defaultValue);
async function ask(input, q) {
  const reply = await fetch(`/lookup/${input.dataset.lookup}?${new URLSearchParams({ q })}`);
  if (!reply.ok) throw reply.status;
  return reply.json();
}
function close() {
  clearTimeout(timer); asked++;
  popup?.remove();
  if (owner) { owner.ariaExpanded = 'false'; owner.removeAttribute('aria-activedescendant'); }
  popup = owner = null; found = [];
}
function mark(index) {
  at = index;
  $$('[role=option]', popup).forEach((li, i) => { li.ariaSelected = i === at; if (i === at) li.scrollIntoView({ block: 'nearest' }); });
  owner.setAttribute('aria-activedescendant', 'option-' + at);
}
function show(input, list) {
  popup?.remove();
  owner = input; found = list;
  popup = make('ul', { className: 'popup', id: 'popup', role: 'listbox' });
  list.forEach((record, i) => {
    const li = make('li', { id: 'option-' + i, role: 'option', onmousedown: e => { e.preventDefault(); choose(input, record); } });
    for (const textContent of [record.code, record.name, record.detail || '']) li.append(make('span', { textContent }));
    popup.append(li);
  });
  if (!list.length) popup.append(say.none);
  (input.closest('dialog') || body).append(popup);
  const box = input.getBoundingClientRect(), below = innerHeight - box.bottom > popup.offsetHeight + 8;
  popup.style.left = Math.max(4, Math.min(box.left, innerWidth - popup.offsetWidth - 8)) + 'px';
  popup.style.top = (below ? box.bottom + 2 : box.top - popup.offsetHeight - 2) + 'px';
  input.ariaExpanded = 'true'; input.setAttribute('aria-controls', 'popup');
  if (list.length) mark(0);
}
function seek(input, q, wait) {
  clearTimeout(timer);
  const mine = ++asked;
  timer = setTimeout(async () => {
    const list = await ask(input, q).catch(() => []);
    if (mine === asked && document.activeElement === input) show(input, list);
  }, wait);
}
function choose(input, record) {
  input.value = input.dataset.chosen = record.code;
  input.ariaInvalid = null;
  const name = named(input);
  if (name) name.textContent = record.name;
  close();
  input.dispatchEvent(new CustomEvent('picked', { bubbles: true, detail: record }));
  touched(input);
}
// A code typed or pasted without the list is looked up on leaving: one exact or one only match is taken.
const known = new Map();
async function resolve(input) {
  if (taken(input)) return;
  const q = input.value.trim(), name = named(input), key = input.dataset.lookup + ' ' + q;
  if (name) name.textContent = '';
  input.ariaInvalid = null;
  if (!q) return input.dataset.chosen = '';
  if (!known.has(key)) known.set(key, ask(input, q).catch(() => { known.delete(key); }));
  const list = await known.get(key);
  if (!list || input.value.trim() !== q) return;
  const record = list.find(r => r.code === q) || (list.length === 1 && list[0]);
  if (record) return choose(input, record);
  input.ariaInvalid = 'true';
  if (name) name.textContent = say.unknown;
}
const typed = (input, wait) => input.value.trim() ? seek(input, input.value.trim(), wait) : close();
on('input', e => { if (e.target.matches('[data-lookup]') && e.inputType && !e.isComposing) typed(e.target, 120); });
on('compositionend', e => { if (e.target.matches('[data-lookup]')) typed(e.target, 60); });
on('focusout', e => { if (e.target.matches('[data-lookup]')) { close(); resolve(e.target); } });
on('click', e => { const b = e.target.closest('[data-seek]'), input = b?.previousElementSibling; if (b) { input.focus(); seek(input, '', 0); } });
addEventListener('scroll', e => { if (popup && e.target !== popup) close(); }, true);
on('keydown', e => {
  const input = e.target;
  if (!input.matches('[data-lookup]') || composing(e)) return;
  if (e.key === 'F7' || (e.altKey && e.key === 'ArrowDown')) seek(input, taken(input) ? '' : input.value.trim(), 0);
  else if (owner !== input) return;
  else if (/^Arrow(Up|Down)$/.test(e.key)) { if (found.length) mark((at + (e.key === 'ArrowDown' ? 1 : found.length - 1)) % found.length); }
  else if (e.key === 'Escape') close();
  else {
    // Enter and Tab take the marked one and then do what they do anywhere: go on to the next field.
    if (/^(Enter|Tab)$/.test(e.key) && !ctrl(e)) found.length ? choose(input, found[at]) : close();
    return;
  }
  e.preventDefault(); e.stopPropagation();
}, true);

/* Filling in: Enter goes on, Ctrl+Enter signs, Ctrl+S saves; the draft saves itself. */
function onward(form, from) {
  const all = $$('input, select, textarea', form).filter(el => el.type !== 'hidden' && el.offsetParent), next = all[all.indexOf(from) + 1];
  (next || $('[data-submit]', form)).focus();
  if (next?.tagName === 'INPUT') next.select();
}
on('keydown', e => {
  if (composing(e) || e.defaultPrevented) return;
  const form = e.target.closest('form'), fill = $('[data-fill]');
  let act;
  if (ctrl(e) && e.key === 'Enter') { const b = form && $('[data-submit]', form) || $('main [data-submit]'); act = b && (() => b.click()); }
  else if (ctrl(e) && e.key === 's') act = fill && (() => fill.saver ? fill.saver(0) : $('[data-save]', fill).click());
  else if (e.key === 'Enter' && form && form === fill && e.target.matches('input, select')) act = () => onward(form, e.target);
  if (act) { e.preventDefault(); act(); }
});
function drafts(form) {
  const note = $('[data-saved]', form);
  let dirty = false, busy = false, again;
  const tell = (state, text) => { note.dataset.state = state; note.textContent = text; };
  async function save() {
    if (busy) return form.saver(300);
    busy = true; dirty = false;
    tell('saving', say.saving);
    try {
      const reply = await fetch(form.dataset.autosave, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-CSRF': body.dataset.csrf }, body: JSON.stringify(Object.fromEntries(new FormData(form))) });
      if (!reply.ok) throw reply.status;
      const told = await reply.json();
      for (const name in told.hidden) if (form.elements[name]) form.elements[name].value = told.hidden[name];
      if (told.url) history.replaceState(null, '', told.url);
      tell('saved', say.saved.replace('{}', told.at));
    } catch {
      dirty = true;
      tell('failed', say.unsaved);
      form.saver(5000);
    }
    busy = false;
  }
  form.saver = wait => { clearTimeout(again); again = setTimeout(save, wait); };
  form.addEventListener('input', () => { dirty = true; form.saver(800); });
  form.addEventListener('submit', () => { dirty = busy = false; clearTimeout(again); });
  addEventListener('beforeunload', e => { if (dirty || busy) e.preventDefault(); });
}
$$('[data-autosave]').forEach(drafts);
$('[data-fill] [aria-invalid=true]')?.focus();

/* What waits comes by itself. Hidden tabs hold no connection: a browser allows six. */
let events;
async function refresh() {
  const live = $('[data-live]');
  const reply = live && await fetch(location.href, { headers: { 'X-Fragment': live.dataset.live } }).catch(() => null);
  if (!reply?.ok) return;
  const text = await reply.text(), active = document.activeElement, key = live.contains(active) && active.closest('[data-key]')?.dataset.key;
  const ticked = new Set($$('tbody :checked', live).map(t => t.value));
  live.innerHTML = text;
  for (const t of $$('tbody ' + BOX, live)) t.checked = ticked.has(t.value);
  if (key) { const same = $(`[data-key="${CSS.escape(key)}"]`, live) || live; (active.type && $(BOX, same) || $('a', same))?.focus(); }
  $$('[data-batch]', live).forEach(chosen);
}
function listen() {
  if (document.hidden) { events?.close(); events = null; }
  if (document.hidden || events || !body.dataset.events) return;
  events = new EventSource(body.dataset.events);
  events.addEventListener('inbox', e => {
    const told = JSON.parse(e.data || '{}');
    if ('inbox' in told) for (const el of $$('[data-count=inbox]')) el.textContent = told.inbox || '';
    refresh();
  });
}
on('visibilitychange', () => { listen(); if (!document.hidden) refresh(); });
listen();

window.Countersign = { $, $$, tidy, settle, resolve, composing, ctrl, touched };
})();
