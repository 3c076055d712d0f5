// The handheld: everything is scanned into one box; the line is found, counted, and what is wrong is said aloud.
'use strict';
(() => {
const { $, $$, on, make, composing, touched, settle, choose, read, add, written } = window.Countersign;
const box = $('[data-wand-box]'), form = $('[data-hand]'), desk = $('[data-hand-desk]');
if (!box) return;
const say = JSON.parse((form || desk).dataset.handSay), zh = document.documentElement.lang.startsWith('zh');
const put = (text, ...values) => values.reduce((out, value) => out.replace('{}', () => value), text);

/* Good is short and high, bad is long and low: nobody looks at the glass all the time. */
let audio;
function sound(good) {
  navigator.vibrate?.(good ? 40 : [200, 80, 200]);
  if (!navigator.userActivation?.hasBeenActive) return;
  try {
    audio ??= new AudioContext();
    const note = (pitch, from, long) => {
      const tone = audio.createOscillator(), gain = audio.createGain(), at = audio.currentTime + from;
      tone.type = 'square'; tone.frequency.value = pitch; gain.gain.value = .12;
      tone.connect(gain).connect(audio.destination);
      tone.start(at); tone.stop(at + long);
    };
    if (good) note(1400, 0, .07); else { note(260, 0, .18); note(200, .22, .32); }
  } catch { /* no loudspeaker: the colour and the shake remain */ }
}

/* What this device keeps of a form: what was counted, what is still to be read, and, where the server keeps no draft, what was typed. */
const WEEK = 7 * 864e5, SHELF = 'hand:';
function stored(name) { try { return JSON.parse(localStorage.getItem(name)); } catch { return null; } }
for (const name of Object.keys(localStorage).filter(name => name.startsWith(SHELF))) {
  const kept = stored(name);
  if (!kept || Date.now() - kept.at > WEEK || (desk?.dataset.signed && kept.key === desk.dataset.signed)) localStorage.removeItem(name);
}
if (desk?.dataset.signed) history.replaceState(null, '', '/handheld');

/* The box: no keyboard on the glass before it is asked for; a scan lands here wherever the cursor is. */
$('[data-wand-keys]').onclick = e => {
  const typing = box.inputMode === 'none';
  box.inputMode = typing ? 'text' : 'none';
  e.currentTarget.setAttribute('aria-pressed', typing);
  box.blur(); box.focus();
};
let burst = '', last = 0, before;
on('keydown', e => {
  if (composing(e) || e.key === 'Shift' || e.key === 'Control') return;
  const now = performance.now(), quick = now - last < 45, ends = /^(Enter|Tab)$/.test(e.key);
  last = now;
  const separator = (e.ctrlKey && e.key === ']') || e.key === 'F8';
  if (e.target === box) {
    if (separator) { e.preventDefault(); box.setRangeText('\x1d', box.selectionStart, box.selectionEnd, 'end'); }
    if (ends && box.value.trim()) { e.preventDefault(); e.stopImmediatePropagation(); scanned(box.value); }
    else if (e.key === 'Enter' && form && !e.ctrlKey) { e.preventDefault(); e.stopImmediatePropagation(); }
    return;
  }
  if (separator || (e.key.length === 1 && !e.altKey && !e.ctrlKey)) {
    if (!quick || !burst) { burst = ''; before = [e.target, e.target.value]; }
    burst += separator ? '\x1d' : e.key;
    if (separator) e.preventDefault();
    return;
  }
  const code = burst;
  burst = '';
  if (ends && quick && code.length > 5) {
    e.preventDefault(); e.stopImmediatePropagation();
    const [input, was] = before;
    if (input.matches('input, textarea')) { input.value = was ?? ''; touched(input); }
    scanned(code);
  } else if (e.key === 'Enter' && !e.ctrlKey && form && e.target.matches('input')) {
    e.preventDefault(); e.stopImmediatePropagation();
    settle(e.target);
    box.focus();
  }
}, true);

/* The first page: what is scanned is a slip. */
if (desk) {
  const open = async () => {
    const url = '/handheld?' + new URLSearchParams({ q: box.value });
    try { await fetch($('link[rel=icon]').href, { method: 'HEAD', cache: 'no-store' }); } catch {
      $('.hand-told')?.remove();
      desk.after(make('div', { className: 'hand-told bad', role: 'alert', textContent: say.away }));
      return sound(false);
    }
    location.assign(url);
  };
  desk.addEventListener('submit', e => { e.preventDefault(); if (box.value.trim()) open(); });
  if ($('.hand-told.bad')) sound(false);
}
function scanned(text) {
  if (desk) { box.value = text; return desk.requestSubmit(); }
  box.value = '';
  kept.queue.push(text.replace(/[\r\n]+$/, ''));
  keep(); drain();
}
box.focus();
if (!form) return;

const grid = $('line-grid', form), told = $('[data-hand-told]'), hidden = name => form.elements[name].value;
const shelf = SHELF + form.getAttribute('action') + '|' + hidden('_from');
const later = !form.dataset.autosave, refused = !!$('[data-refused]', form);
const kept = { tally: {}, queue: [] };
function keep() {
  kept.at = Date.now(); kept.key = hidden('_key'); kept.seen = hidden('_seen');
  if (later) kept.values = Object.fromEntries([...new FormData(form)].filter(([name]) => name[0] !== '_'));
  try { localStorage.setItem(shelf, JSON.stringify(kept)); } catch { /* no room: the page itself still holds it */ }
}
{
  const old = stored(shelf);
  if (old && old.seen === hidden('_seen')) {
    Object.assign(kept, old);
    if (later && !refused) for (const name in old.values) { const el = form.elements[name]; if (el && el.type !== 'hidden' && !el.disabled) el.value = old.values[name]; }
  }
}
form.addEventListener('input', keep);
form.addEventListener('change', keep);

/* Lines */
const CELL = ':is(input, select, textarea)[data-f]';
let now, armed = false, again;
const rows = () => grid ? grid.rows().filter(row => !grid.blank(row)) : [];
const value = el => el.tagName === 'OUTPUT' ? el.dataset.value : el.value.trim();
const labelOf = el => el.closest('td').dataset.label;
const role = (row, name) => [...row.by.values()].filter(el => el.closest('td').dataset.scanned === name && !el.dataset.f.startsWith('_'));
// What is typed in this step counts before what an earlier one counted.
const counter = row => { const all = role(row, 'count'); return all.find(el => el.matches(CELL)) || all[0]; };
const source = row => $('[name$=".source"]', row).value;
const number = text => read(text || '0') || [0n, 1n];
const less = (a, b) => a[0] * b[1] < b[0] * a[1];
const plain = d => written(d, 0, 6);
function nameOf(row) {
  const cell = $('td.k-lookup', row) || row.cells[1], out = $('[data-named], output', cell);
  const text = out?.lastChild?.textContent.trim() || out?.textContent.trim();
  return text || $('input', cell)?.value || '';
}
// Lines split from one line share what is open on it.
const twins = row => source(row) ? rows().filter(other => source(other) === source(row)) : [row];
function target(row) {
  const el = counter(row), left = el && row.by.get('_left_' + el.dataset.f);
  if (left) return number(left.dataset.value);
  return el?.tagName === 'OUTPUT' ? number(el.dataset.value) : null;
}
// What was typed in packages the server has made an amount of.
const typed = el => el.dataset.marks?.split(' ').some(mark => el.value.includes(mark)) ? el.dataset.base : el.value;
const own = row => { const el = counter(row); return !el ? [0n, 1n] : number(el.tagName === 'OUTPUT' ? kept.tally[source(row)] : typed(el)); };
const have = row => twins(row).reduce((sum, twin) => add(sum, own(twin)), [0n, 1n]);
function setCount(row, count) {
  const el = counter(row), text = plain(count);
  if (el.tagName === 'OUTPUT') { kept.tally[source(row)] = text; keep(); } else { el.value = text; settle(el); touched(el); }
}
const pad = make('div', { className: 'hand-pad' });
for (const [act, text, label] of [['less', '−', say.less], ['more', '+', say.more], ['all', '', '']]) {
  const button = make('button', { type: 'button', className: 'button', textContent: text });
  if (label) button.setAttribute('aria-label', label);
  button.dataset.act = act;
  pad.append(button);
}
pad.onclick = e => {
  const act = e.target.closest('button')?.dataset.act, wanted = target(now), others = add(have(now), own(now).map((part, i) => i ? part : -part));
  if (!act) return;
  const count = act === 'all' ? add(wanted, [-others[0], others[1]]) : add(own(now), [act === 'more' ? 1n : -1n, 1n]);
  if (count[0] >= 0n) setCount(now, count);
  show();
  box.focus();
};
function show() {
  for (const row of rows()) {
    const wanted = target(row), head = $('th', row), el = counter(row);
    for (const cell of row.by.values()) if (cell.matches(CELL)) cell.closest('td').classList.toggle('void', !value(cell));
    let badge = $('.tally', head);
    if (!el) continue;
    if (!badge) head.append(badge = make('span', { className: 'tally' }));
    const got = have(row);
    badge.textContent = wanted ? plain(got) + ' / ' + plain(wanted) : plain(got);
    row.classList.toggle('done', wanted ? !less(got, wanted) : got[0] > 0n);
  }
}
function select(row) {
  now?.classList.remove('now');
  pad.remove();
  now = row;
  if (!row) return;
  row.classList.add('now');
  const el = counter(row);
  if (el) {
    const wanted = target(row), all = $('[data-act=all]', pad);
    all.hidden = !wanted;
    if (wanted) all.textContent = put(say.all, plain(wanted));
    el.closest('td').append(pad);
  }
  row.scrollIntoView({ block: 'nearest' });
}
grid?.addEventListener('click', e => { const row = e.target.closest('tbody tr'); if (row && row !== now) select(row); });
grid?.addEventListener('input', () => show());

/* Answers */
function tell(good, title, text = '') {
  told.className = 'hand-told ' + (good ? 'good' : 'bad');
  told.replaceChildren(make('b', { textContent: title }), ...(text ? [make('p', { textContent: text })] : []));
  sound(good);
}

/* What was scanned is read by the server, one after the other; without a network it waits here. */
let busy = false, retry;
async function drain() {
  if (busy) return;
  busy = true;
  clearTimeout(retry);
  while (kept.queue.length) {
    const reply = await fetch(form.dataset.wand + '?' + new URLSearchParams({ code: kept.queue[0] })).catch(() => null);
    const answer = await reply?.json().catch(() => null);
    const refusal = answer?.refusal;
    if (!answer || reply.status >= 500 || reply.status === 401) {
      tell(false, refusal ? (zh ? refusal.zh : refusal.en) : put(say.queued, kept.queue.length));
      retry = setTimeout(drain, 3000);
      break;
    }
    const code = kept.queue.shift();
    armed = false;
    if (reply.ok) apply(answer, code); else tell(false, zh ? refusal.zh : refusal.en, code.replace(/\x1d/g, '␝').slice(0, 60));
    keep();
  }
  busy = false;
  if (!form.contains(document.activeElement) || document.activeElement.matches('button')) box.focus();
}
addEventListener('online', drain);

function apply(answer) {
  if (answer.slip) {
    const [number, url] = answer.slip;
    if (again === number) return location.assign(url);
    again = number;
    return tell(false, put(say.slip, number));
  }
  again = null;
  if (answer.keys.length) return place(answer.keys);
  goods(answer);
}

// A label: of a bin, of whatever the pack says. It belongs to the line in hand, or to the slip where there is none.
function place(keys) {
  const lines = keys.filter(([name]) => name.startsWith('l.')).map(([name, record]) => [name.slice(2), record]);
  const heads = keys.filter(([name]) => name.startsWith('h.') && form.elements[name]?.type !== 'hidden' && form.elements[name]);
  const open = rows();
  if (!now && open.length === 1) select(open[0]);
  if (lines.length && now) {
    const inputs = lines.map(([f, record]) => [now.by.get(f), record]).filter(([el]) => el);
    const typed = inputs.filter(([el]) => el.matches(CELL)), [el, record] = typed.find(([el]) => !el.value.trim()) || typed.at(-1) || [];
    if (el) {
      el.dataset.lookup ? choose(el, record) : grid.put(el, record.code);
      grid.changed(); keep();
      return tell(true, put(say.set, labelOf(el), record.code), record.name === record.code ? '' : record.name);
    }
    const wrong = inputs.find(([el, record]) => value(el) !== record.code);
    return wrong ? tell(false, put(say.other, labelOf(wrong[0]), wrong[1].code, value(wrong[0]))) : tell(true, nameOf(now));
  }
  if (heads.length) {
    const [name, record] = heads[0], el = form.elements[name];
    if (el.dataset.lookup) choose(el, record); else { el.value = record.code; touched(el); }
    const label = $(`label[for="${CSS.escape(el.id)}"]`)?.textContent.trim() || '';
    el.closest('details')?.setAttribute('open', '');
    return tell(true, put(say.set, label, record.code), record.name);
  }
  const label = lines.length && grid ? $$('td[data-scanned=key]', grid)[0]?.dataset.label || '' : '';
  tell(false, lines.length ? put(say.first, label) : say.notHere);
}

// Codes that stand on one pack each: one is scanned once, whatever line it is in.
const listed = text => text.split(/[\s,;，；、]+/).filter(Boolean);
const twice = ({ field, codes }) => rows().flatMap(row => { const el = row.by.get(field); return el?.matches(CELL) ? listed(el.value) : []; }).find(code => codes.includes(code));
function enlist(row, { field, codes }) {
  const el = row.by.get(field);
  if (!el?.matches(CELL)) return;
  el.value = [...listed(el.value), ...codes].join(' ');
  touched(el);
}

function goods(answer) {
  if (!grid) return tell(false, say.notHere);
  const double = answer.codes && twice(answer.codes);
  if (double) return tell(false, put(say.twice, double));
  const open = rows(), { records, cells } = answer, known = records.length > 0;
  const agrees = (row, [f, record]) => { const el = row.by.get(f); return !el || value(el) === record.code; };
  const fits = (row, [f, text]) => { const el = row.by.get(f); return !el || value(el) === text || (el.matches(CELL) && !value(el)); };
  const same = known ? open.filter(row => records.every(pair => agrees(row, pair))) : now ? [now] : open.length === 1 ? open : [];
  const full = same.filter(row => cells.every(pair => fits(row, pair)));
  const unfinished = row => { const wanted = target(row); return !wanted || less(have(row), wanted); };
  let row = full.find(unfinished) || full.find(row => row === now) || full[0];
  // What has expired is no new line: it is shown, and whoever refuses it types so.
  if (!row && same.length && answer.expired) { select(same[0]); return tell(false, put(say.expired, answer.expired), nameOf(same[0])); }
  if (!row && same.length && !grid.pattern && !grid.fixed() && cells.every(pair => fits(same[0], pair) || same[0].by.get(pair[0]).matches(CELL))) {
    row = grid.twin(same[0]);
    for (const el of row.by.values()) if (el.matches(CELL) && /element|count|key/.test(el.closest('td').dataset.scanned || '')) el.value = '';
  }
  if (!row && known && grid.pattern) {
    row = grid.rows().find(row => grid.blank(row)) || grid.more();
    const takes = records.some(([f]) => row.by.get(f)?.matches(CELL));
    if (!takes) return tell(false, put(say.noRecord, records.map(([, record]) => record.name || record.code).join(' ')));
  }
  if (!row) return tell(false, ...missing(open, same, answer));
  for (const [f, record] of records) { const el = row.by.get(f); if (el?.matches(CELL) && value(el) !== record.code) choose(el, record); }
  for (const [f, text] of cells) { const el = row.by.get(f); if (el?.matches(CELL) && !value(el)) grid.put(el, text); }
  grid.changed();
  select(row);
  const name = nameOf(row) || records[0]?.[1].name || '', rest = answer.rest.length ? put(say.rest, answer.rest.join(' ')) : '';
  if (answer.expired) { show(); return tell(false, put(say.expired, answer.expired), name); }
  const el = counter(row);
  if (!el) { if (answer.codes) { enlist(row, answer.codes); keep(); } return tell(true, name, rest || answer.codes?.codes.at(-1) || ''); }
  const count = number(answer.count || '1'), wanted = target(row), got = add(have(row), count);
  if (wanted && less(wanted, got)) { show(); return tell(false, put(say.enough, plain(wanted)), name); }
  if (answer.codes) enlist(row, answer.codes);
  setCount(row, add(own(row), count));
  show();
  tell(true, name, [wanted ? plain(got) + ' / ' + plain(wanted) : plain(got), rest].filter(Boolean).join(' · '));
}
// Why no line takes it: other goods, another batch, or something that names no goods at all.
function missing(open, same, { records, cells }) {
  const differs = (row, [f, text]) => { const el = row.by.get(f); return el && value(el) !== text ? [labelOf(el), text, value(el)] : null; };
  const pairs = [...cells, ...records.map(([f, record]) => [f, record.code])];
  const like = same[0] || open.find(row => records.some(([f, record]) => { const el = row.by.get(f); return el && value(el) === record.code; }));
  const wrong = like && pairs.map(pair => differs(like, pair)).find(Boolean);
  if (wrong) return [put(say.other, ...wrong), nameOf(like)];
  const record = records.find(([f]) => open.some(row => row.by.get(f)))?.[1] || records[0]?.[1];
  return record ? [put(say.wrong, record.name || record.code)] : [say.notHere];
}

/* Not everything scanned: said once, then it may be submitted so. */
on('click', e => {
  const button = e.target.closest('[data-submit]');
  if (!button || button.form !== form) return;
  const stop = (...said) => { e.preventDefault(); e.stopImmediatePropagation(); tell(false, ...said); };
  if (kept.queue.length) { drain(); return stop(put(say.left, kept.queue.length)); }
  const short = rows().filter(row => { const wanted = target(row); return wanted && less(have(row), wanted); });
  if (short.length && !armed) {
    armed = true;
    const each = [...new Set(short.map(row => `${nameOf(row)} ${plain(have(row))}/${plain(target(row))}`))];
    return stop(put(say.short, each.slice(0, 4).join(zh ? '，' : ', ') + (each.length > 4 ? '…' : '')));
  }
  keep();
}, true);

show();
if (refused) sound(false);
const wrong = $('[aria-invalid=true]', form)?.closest('tr');
if (wrong) select(wrong); else if (rows().length === 1) select(rows()[0]);
if (kept.queue.length) drain();
box.focus();
})();
