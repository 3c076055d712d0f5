// <line-grid>: a table of inputs typed like a spreadsheet.
'use strict';
(() => {
const { $, $$, say, body, tidy, settle, resolve, composing, touched, keyed, read, add, written, rounded, evaluate, choose, make } = window.Countersign;

/* Cells from Excel: tabs and line ends, quotes around cells that hold either. */
function block(text) {
  const rows = [[]];
  for (const m of text.replace(/\r\n?/g, '\n').replace(/\n$/, '').matchAll(/(?:"((?:[^"]|"")*)"(?=\t|\n|$)|([^\t\n]*))(\t|\n|$)/g)) {
    rows.at(-1).push(m[1] === undefined ? m[2] : m[1].replace(/""/g, '"').replace(/\n/g, ' '));
    if (m[3] === '\n') rows.push([]);
    if (!m[3]) break;
  }
  return rows;
}

const CELL = ':is(input, select, textarea)[data-f]', LINES_MAX = 2000;
customElements.define('line-grid', class extends HTMLElement {
  connectedCallback() {
    this.body = $('tbody', this);
    this.form = this.closest('form');
    this.totals = $$('[data-total]', this);
    this.pattern = $('template', this)?.content.firstElementChild;
    for (const row of this.rows()) this.knit(row);
    if (this.pattern) for (const row of this.rows().reverse()) if (this.blank(row)) row.remove(); else break;
    this.order();
    const on = (type, f, capture) => this.addEventListener(type, f, capture);
    on('keydown', e => this.key(e));
    on('input', e => this.count(e.target.closest('tr')));
    this.form.addEventListener('input', e => { if (e.target.name?.startsWith('h.')) this.count(); });
    on('paste', e => this.paste(e));
    on('copy', e => this.copy(e));
    on('picked', e => {
      const row = e.target.closest('tr'), of = e.target.dataset.f + '.';
      for (const out of $$('[data-fact]', row)) if (out.dataset.fact.startsWith(of)) out.textContent = e.detail.facts?.[out.dataset.fact.slice(of.length)] || '';
    });
    on('change', e => this.dots(e.target), true);
    on('focusin', e => { if (e.target.matches(CELL)) { this.unpick(); this.was = e.target.value; this.editing = false; e.target.select?.(); } });
    on('click', e => {
      const row = e.target.closest('tbody tr');
      if (e.target.closest('.ops button')) e.preventDefault();
      if (e.target.closest('[data-copy]')) this.twin(row);
      if (e.target.closest('[data-remove]')) this.drop(row);
    });
    on('input', e => { if (e.target.closest('[data-scanned=codes]')) this.codes(); });
    this.codes();
    this.codeFile(this.closest('section'));
    if (this.dataset.file) this.files(this.closest('section'));
    $('[data-grid-add]', this.closest('section'))?.addEventListener('click', e => { e.preventDefault(); this.go(this.rows().at(-1), 0); });
  }
  /* A row knows its cells by field name and what it adds to each total, so that a key stroke costs one row and not all. */
  knit(row) {
    row.by = new Map($$('[data-f]', row).map(el => [el.dataset.f, el]));
    row.all = $$(CELL, row);
    row.sums = {};
    row.blank = () => this.blank(row);
    row.stale = true;
  }
  rows() { return [...this.body.rows]; }
  cells(row) { return row.all; }
  blank(row) { return !$('[name$=".source"]', row).value && row.all.every(c => c.type === 'checkbox' ? !c.checked : !c.value.trim() || c.value === c.defaultValue && row.fresh); }
  more(before) {
    const row = this.pattern.cloneNode(true);
    row.fresh = true;
    this.knit(row);
    before ? before.before(row) : this.body.append(row);
    return row;
  }
  // Names count the lines in the order shown and stored. A grid that grows ends with one blank line.
  order() {
    if (this.pattern && !(this.body.rows.length && this.blank(this.rows().at(-1)))) this.more();
    this.rows().forEach((row, i) => {
      if (row.nth === i + 1) return;
      row.nth = i + 1;
      $('[data-n]', row).textContent = i + 1;
      for (const el of $$('[name], [id]', row)) { if (el.name) el.name = el.name.replace(/\d+/, i + 1); if (el.id) el.id = el.id.replace(/^(.-l\.)\d+/, '$1' + (i + 1)); }
    });
    this.count();
  }
  changed() { this.order(); touched(this); }
  twin(row) {
    const twin = row.cloneNode(true), column = row.all.indexOf(document.activeElement);
    $$('select', row).forEach((select, i) => { $$('select', twin)[i].value = select.value; });
    for (const el of $$('.refusal', twin)) el.remove();
    for (const el of $$('[id]', twin)) for (const name of ['id', 'aria-invalid', 'aria-describedby']) el.removeAttribute(name);
    this.knit(twin);
    row.after(twin);
    this.changed();
    this.go(twin, Math.max(0, column));
    return twin;
  }
  drop(row) {
    const at = this.rows().indexOf(row), column = row.all.indexOf(document.activeElement);
    row.remove();
    this.changed();
    this.go(this.rows()[at] || this.rows().at(-1), Math.max(0, column));
  }
  go(row, column) {
    const cell = row && row.all.at(column);
    cell?.focus();
    return cell;
  }
  step(all, r, c, by) { return (c + by >= 0 && this.go(all[r], c + by)) || this.go(all[r + by], by > 0 ? 0 : -1); }
  put(cell, text) {
    text = text.trim();
    if (cell.type === 'checkbox') cell.checked = /^(1|是|√|y|yes|true)$/i.test(text);
    else if (cell.tagName === 'SELECT') cell.value = [...cell.options].find(o => o.value === text || o.text === text)?.value ?? '';
    else { cell.value = text; settle(cell); if (cell.dataset.lookup) resolve(cell); }
    cell.closest('tr').stale = true;
  }
  take(from, to) {
    to.value = from.value;
    to.checked = from.checked;
    const name = $('[data-named]', to.closest('td'));
    if (name) {
      name.textContent = $('[data-named]', from.closest('td')).textContent;
      to.dataset.chosen = from.dataset.chosen ?? from.value;
      const of = to.dataset.f + '.', row = to.closest('tr'), source = from.closest('tr');
      for (const [f, out] of row.by) if (out.dataset.fact?.startsWith(of)) out.textContent = source.by.get(f).textContent;
    }
    to.closest('tr').stale = true;
  }
  // The cell above, by key or by "..", a habit of people who typed vouchers for years; a picked range is filled from its first cell.
  fill(cell) {
    const name = cell.dataset.f;
    if (this.range) {
      const [first, ...rest] = this.picked().map(row => row.by.get(name));
      for (const to of rest) this.take(first, to);
      return this.changed();
    }
    const from = cell.closest('tr').previousElementSibling?.by.get(name);
    if (!from) return;
    this.take(from, cell);
    touched(cell);
    cell.select?.();
  }
  dots(cell) { if (cell.value === '..') { cell.value = ''; this.fill(cell); } }

  /* A range of one column, picked with Shift and the arrows. */
  picked() { const all = this.rows(), [a, b] = [all.indexOf(this.range.from), all.indexOf(this.range.to)].sort((x, y) => x - y); return all.slice(a, b + 1); }
  unpick() { if (this.range) { for (const td of $$('.picked', this)) td.classList.remove('picked'); this.range = null; } }
  pick(cell, row, by) {
    const range = this.range || { from: row, to: row }, to = by > 0 ? range.to.nextElementSibling : range.to.previousElementSibling;
    this.unpick();
    this.range = to?.by.has(cell.dataset.f) ? { from: range.from, to } : range;
    for (const one of this.picked()) one.by.get(cell.dataset.f).closest('td').classList.add('picked');
    this.range.to.scrollIntoView({ block: 'nearest' });
  }
  copy(e) {
    const cell = e.target.closest(CELL);
    if (!cell || !this.range) return;
    e.preventDefault();
    const quote = text => /["\t\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
    e.clipboardData.setData('text/plain', this.picked().map(row => quote(row.by.get(cell.dataset.f).value)).join('\n'));
  }

  key(e) {
    const cell = e.target.closest(CELL);
    if (!cell || composing(e)) return;
    const act = keyed('grid', e);
    if (act && this[act](e, cell, cell.closest('tr')) !== false) { e.preventDefault(); e.stopPropagation(); }
  }
  cell_next(e, cell, row) {
    this.dots(cell);
    const all = this.rows(), r = all.indexOf(row), c = row.all.indexOf(cell);
    // Enter on the blank last line says that all lines are typed.
    if ((this.pattern && r === all.length - 1 && this.blank(row)) || !this.step(all, r, c, 1)) $('[data-submit]', this.form).focus();
  }
  // The browser's own Tab walks the cells too; it only has to see what was copied by "..".
  cell_tab(e, cell) { this.dots(cell); return false; }
  cell_back(e, cell, row) { const all = this.rows(); this.step(all, all.indexOf(row), row.all.indexOf(cell), -1); }
  line_down(e, cell, row) { if (cell.tagName === 'SELECT') return false; const all = this.rows(); this.go(all[all.indexOf(row) + 1], row.all.indexOf(cell)); }
  line_up(e, cell, row) { if (cell.tagName === 'SELECT') return false; const all = this.rows(); this.go(all[all.indexOf(row) - 1], row.all.indexOf(cell)); }
  cell_left(e, cell, row) { return this.aside(cell, row, -1); }
  cell_right(e, cell, row) { return this.aside(cell, row, 1); }
  aside(cell, row, by) {
    const from = cell.selectionStart, to = cell.selectionEnd, end = cell.value.length;
    // From the edge of its text, or with all of it selected, an arrow leaves the cell.
    const leaves = from == null || (from === 0 && to === end) || (from === to && from === (by < 0 ? 0 : end));
    if (this.editing || !leaves) return false;
    const all = this.rows();
    this.step(all, all.indexOf(row), row.all.indexOf(cell), by);
  }
  range_down(e, cell, row) { this.pick(cell, row, 1); }
  range_up(e, cell, row) { this.pick(cell, row, -1); }
  cell_edit(e, cell) { this.editing = true; cell.setSelectionRange?.(cell.value.length, cell.value.length); }
  cell_undo(e, cell) {
    if (this.range) return this.unpick();
    if (cell.value === this.was) return false;
    cell.value = this.was; cell.ariaInvalid = null; cell.select?.(); touched(cell);
  }
  fill_down(e, cell) { this.fill(cell); }
  line_copy(e, cell, row) { if (this.fixed()) return false; this.twin(row); }
  line_delete(e, cell, row) { if (this.fixed()) return false; this.drop(row); }
  line_insert(e, cell, row) { if (!this.pattern) return false; const line = this.more(row); this.changed(); this.go(line, row.all.indexOf(cell)); }
  first_line(e, cell, row) { this.go(this.rows()[0], row.all.indexOf(cell)); }
  last_line(e, cell, row) { this.go(this.rows().at(-1), row.all.indexOf(cell)); }
  fixed() { return !$('[data-copy]', this); }

  paste(e) {
    const cell = e.target.closest(CELL), text = e.clipboardData.getData('text/plain');
    if (!cell || !/[\t\n]/.test(text.replace(/\r?\n$/, ''))) return;
    e.preventDefault();
    // A list of codes stays in its cell, one after the other.
    if (cell.closest('td').dataset.scanned === 'codes' && !text.includes('\t')) {
      cell.setRangeText(' ' + text.trim().split(/\s+/).join(' ') + ' ', cell.selectionStart, cell.selectionEnd, 'end');
      touched(cell);
      return this.codes();
    }
    const first = this.rows().indexOf(cell.closest('tr')), column = cell.closest('td').cellIndex, rows = block(text);
    const room = (this.pattern ? LINES_MAX : this.body.rows.length) - first, wide = cell.closest('tr').cells.length - 1 - column;
    let cut = Math.max(0, rows.length - room);
    rows.slice(0, room).forEach((values, i) => {
      const row = this.body.rows[first + i] || this.more();
      values.forEach((value, j) => { const to = row.cells[column + j] && $(CELL, row.cells[column + j]); if (to) this.put(to, value); else if (value.trim() && j >= wide) cut = cut || -1; });
    });
    this.changed();
    this.tell(cut > 0 ? say.cut.replace('{}', cut) : cut < 0 ? say.wide : '');
  }
  /* How many codes a cell lists stands under it. */
  codes() {
    for (const td of $$('td[data-scanned=codes]', this)) {
      const el = $(CELL, td), count = el ? el.value.split(/[\s,;，；、]+/).filter(Boolean).length : 0;
      let note = $('.codes', td);
      if (count && !note) td.append(note = make('small', { className: 'codes mute' }));
      if (note) note.textContent = count ? say.codes.replace('{}', count) : '';
    }
  }
  /* A file of codes, whatever its form: every number of that many digits is one; one that others name as their parent stands for them. */
  codeFile(section) {
    const button = section && $('[data-code-file]', section);
    if (!button || !this.dataset.scan) return;
    button.hidden = false;
    button.addEventListener('click', () => {
      const input = make('input', { type: 'file', accept: '.csv,.txt,.tsv,.xml', className: 'seen' });
      input.setAttribute('aria-label', button.textContent.trim());
      input.onchange = async () => { if (input.files[0]) await this.bringCodes(await input.files[0].text(), input.files[0].name); input.remove(); };
      input.oncancel = () => input.remove();
      body.append(input);
      input.click();
    });
  }
  async bringCodes(text, name) {
    const digits = $('[data-code-file]', this.closest('section')).dataset.codeFile;
    const records = text.split(/[\r\n<]+/).map(part => part.match(new RegExp(`(?<!\\d)\\d{${digits}}(?!\\d)`, 'g')) || []).filter(found => found.length);
    const parents = new Set(records.flatMap(found => found.slice(1))), all = [...new Set(records.map(found => found[0]))].filter(code => !parents.has(code));
    const bad = [];
    let done = 0;
    for (const code of all) {
      this.tell(say.reading.replace('{}', `${name} ${++done}/${all.length}`), false);
      const reply = await fetch(`${this.dataset.scan}?${new URLSearchParams({ code })}`).catch(() => null), told = await reply?.json().catch(() => null);
      if (!reply?.ok || !told?.codes) bad.push(told?.refusal ? (document.documentElement.lang.startsWith('zh') ? told.refusal.zh : told.refusal.en) : `${code}: ${say.notHere}`);
      else { const before = this.listedCodes(told.codes.field); this.scanned(told, null); if (this.listedCodes(told.codes.field) === before) bad.push(`${code}: ${$('[data-told]', this.closest('section'))?.textContent || say.notHere}`); }
    }
    this.tell(say.codesRead.replace('{}', all.length - bad.length).replace('{1}', name) + (bad.length ? ' · ' + bad.slice(0, 20).join(' · ') + (bad.length > 20 ? ' …' : '') : ''), bad.length > 0 || !all.length);
  }
  listedCodes(field) { return this.rows().map(row => row.by.get(field)?.value || '').join(' '); }
  /* A file, chosen or dropped: the server reads it, and the lines come in as if they had been pasted. */
  files(section) {
    const button = $('[data-grid-file]', section), files = e => e.dataTransfer.types.includes('Files');
    button.hidden = false;
    button.addEventListener('click', () => {
      const input = make('input', { type: 'file', accept: '.csv,.txt,.tsv,.xlsx', className: 'seen' });
      input.setAttribute('aria-label', button.textContent.trim());
      input.onchange = () => { if (input.files[0]) this.bring(input.files[0]); input.remove(); };
      input.oncancel = () => input.remove();
      body.append(input);
      input.click();
    });
    section.addEventListener('dragover', e => { if (files(e)) { e.preventDefault(); section.classList.add('drop'); } });
    section.addEventListener('dragleave', e => { if (!section.contains(e.relatedTarget)) section.classList.remove('drop'); });
    section.addEventListener('drop', e => {
      section.classList.remove('drop');
      if (!files(e) || !e.dataTransfer.files.length) return;
      e.preventDefault(); e.stopPropagation();
      this.bring(e.dataTransfer.files[0]);
    });
  }
  async bring(file) {
    const data = new FormData();
    for (const name of ['_slip', '_from', '_for']) data.append(name, this.form.elements[name]?.value ?? '');
    data.append('file', file, file.name);
    this.tell(say.reading.replace('{}', file.name), false);
    const reply = await fetch(this.dataset.file, { method: 'POST', headers: { 'X-CSRF': body.dataset.csrf, Accept: 'application/json' }, body: data }).catch(() => null);
    const told = await reply?.json().catch(() => null);
    if (!reply?.ok) return this.tell(`${file.name}: ` + (told?.refusal ? (document.documentElement.lang.startsWith('zh') ? told.refusal.zh : told.refusal.en) : say.lost));
    if (!told.bad.length) return this.lay(told);
    this.tell(' ');
    const note = $('[data-told]', this.closest('section')), all = make('div'), list = make('ul'), acts = make('p', { className: 'acts' });
    for (const textContent of told.more ? [...told.bad, say.wrongMore.replace('{}', told.more)] : told.bad) list.append(make('li', { textContent }));
    const act = (textContent, onclick) => acts.append(make('button', { type: 'button', className: 'button tiny', textContent, onclick }));
    act(say.leave, () => this.tell(''));
    act(say.putAnyway, () => this.lay(told));
    all.append(make('b', { textContent: say.wrong.replace('{}', file.name) }), list, acts);
    note.replaceChildren(all);
    note.scrollIntoView({ block: 'nearest' });
  }
  lay(told) {
    let used = this.body.rows.length;
    while (used && this.blank(this.body.rows[used - 1])) used--;
    if (used + told.rows.length > LINES_MAX) return this.tell(say.tooMany);
    const rows = this.rows();
    told.rows.forEach((texts, i) => {
      const row = rows[used + i] || this.more();
      texts.forEach((text, j) => { const cell = row.by.get(told.columns[j]); if (cell?.matches(CELL)) this.put(cell, text); });
      row.fresh = false;
    });
    const marks = this.form.elements._files;
    if (told.file && marks) marks.value = `${marks.value} ${told.file}`.trim();
    this.changed();
    this.tell(told.said + (told.file ? '' : say.notKept) + (told.bad.length ? ' ⚠' : ''), !told.file || told.bad.length > 0);
    this.go(this.rows()[used], 0);
  }
  tell(text, bad = true) {
    const section = this.closest('section');
    $('[data-told]', section)?.remove();
    if (!text) return;
    const note = make('div', { className: 'note ' + (bad ? 'held' : ''), role: 'status', textContent: text });
    note.dataset.told = '';
    this.before(note);
  }

  value(row, name, depth = 0) {
    const key = name.replace(/^line\./, ''), cell = row.by.get(key);
    if (!cell) return read((row.with ??= JSON.parse(row.dataset.with || '{}'))[name] ?? this.form.elements['h.' + key]?.value);
    // Of 3件5 the server has said what it is.
    if (cell.tagName !== 'OUTPUT') return read(cell.value) || read(cell.dataset.base);
    if (!cell.dataset.is) return read(cell.dataset.value);
    const d = depth < 20 ? evaluate(cell.dataset.is, inner => this.value(row, inner, depth + 1)) : null;
    return d && rounded(d, +cell.dataset.kept);
  }
  // Counts one row anew, or those that are stale, or all; then adds up what the rows hold.
  count(one) {
    if (one && !one.by) one = null;
    if (one) one.fresh = false;
    if (this.pattern && !this.blank(this.body.rows[this.body.rows.length - 1])) return this.order();
    const sums = {};
    for (const row of this.body.rows) {
      if (!one || row === one || row.stale) {
        row.stale = false;
        for (const cell of row.by.values()) if (cell.dataset.is) {
          const d = this.value(row, cell.dataset.f), text = d ? written(d, +cell.dataset.scale, +cell.dataset.kept, true) : '';
          if (cell.textContent !== text) cell.textContent = text;
          cell.dataset.value = d ? written(d, 0, +cell.dataset.kept) : '';
        }
        for (const { dataset: { total } } of this.totals) row.sums[total] = this.value(row, total);
      }
      for (const name in row.sums) if (row.sums[name]) sums[name] = sums[name] ? add(sums[name], row.sums[name]) : row.sums[name];
    }
    for (const el of this.totals) {
      const d = sums[el.dataset.total], text = d ? written(d, +el.dataset.scale, Math.max(+el.dataset.scale, 6), true) : '';
      if (el.textContent !== text) el.textContent = text;
    }
  }

  /* What a scanner read: the line it belongs to is found or made, and its cells are filled. */
  scanned(told, from) {
    const listed = text => text.split(/[\s,;，；、]+/).filter(Boolean), of = told.codes;
    const double = of && this.rows().flatMap(row => { const el = row.by.get(of.field); return el?.matches(CELL) ? listed(el.value) : []; }).find(code => of.codes.includes(code));
    if (double) return this.tell(say.twice.replace('{}', double));
    const rows = this.rows(), blankRow = () => this.pattern ? (from && this.blank(from) ? from : rows.find(row => this.blank(row)) || this.more()) : null;
    const same = row => told.records.every(([f, record]) => { const el = row.by.get(f); return !el || (el.value ?? '') === record.code || el.dataset.value === record.code; });
    const empty = row => told.cells.every(([f, text]) => { const el = row.by.get(f); return !el || !el.value?.trim() || el.value === text; });
    const known = told.records.length > 0;
    const here = from && of && !this.blank(from) && same(from) && empty(from) ? from : null;
    let row = here || rows.find(row => !this.blank(row) && same(row) && empty(row) && known) || (!known && from && empty(from) ? from : null);
    if (!row) { const like = known && rows.find(row => !this.blank(row) && same(row)); row = like && !this.pattern && !this.fixed() ? this.twin(like) : blankRow(); }
    if (!row) return this.tell(say.notHere);
    for (const [f, record] of told.records) { const el = row.by.get(f); if (el?.matches(CELL)) choose(el, record); }
    for (const [f, text] of told.cells) { const el = row.by.get(f); if (el?.matches(CELL)) this.put(el, text); }
    const list = of && row.by.get(of.field);
    if (list?.matches(CELL)) list.value = [...listed(list.value), ...of.codes].join(' ');
    this.changed();
    this.codes();
    if (list) { list.focus(); list.setSelectionRange?.(list.value.length, list.value.length); return this.tell(''); }
    this.tell(told.rest.length ? say.rest.replace('{}', told.rest.join(' ')) : '', false);
    (row.all.find(el => !el.value.trim()) || row.all.at(-1)).focus();
  }
});

/* A scanner types faster than any person, and ends with Enter. What looks like a barcode is read by the server. */
let burst = '', last = 0, before;
const GAP = 45, CODE = /^(?:\][A-Za-z]\d|\(0[12]\)|(?:\x1d)?0[12]\d{14})|^\d{8}$|^\d{12,14}$|^\d{20}$/;
const check = digits => [...digits].reverse().reduce((sum, d, i) => sum + d * (i % 2 ? 3 : 1), 0) % 10 === 0;
document.addEventListener('keydown', e => {
  const grid = $('line-grid[data-scan]');
  if (!grid || composing(e)) return;
  const now = performance.now(), quick = now - last < GAP;
  if (e.key === 'Shift' || e.key === 'Control') return;
  last = now;
  const separator = (e.ctrlKey && e.key === ']') || e.key === 'F8';
  if (e.key.length === 1 && !e.altKey && (!e.ctrlKey || separator) || separator) {
    if (!quick || !burst) { burst = ''; before = [e.target, e.target.value]; }
    burst += separator ? '\x1d' : e.key;
    if (separator) e.preventDefault();
    return;
  }
  const code = burst;
  burst = '';
  if (!/^(Enter|Tab)$/.test(e.key) || !quick || !CODE.test(code) || (/^\d+$/.test(code) && code.length < 16 && !check(code))) return;
  e.preventDefault(); e.stopImmediatePropagation();
  const [input, was] = before;
  if (input.matches(CELL)) { input.value = was ?? ''; touched(input); }
  read_code(grid, code, input.closest('line-grid tr'));
}, true);
async function read_code(grid, code, row) {
  const reply = await fetch(`${grid.dataset.scan}?${new URLSearchParams({ code })}`).catch(() => null);
  const told = await reply?.json().catch(() => null);
  if (reply?.ok) return grid.scanned(told, row);
  const refusal = told?.refusal;
  grid.tell(refusal ? (document.documentElement.lang.startsWith('zh') ? refusal.zh : refusal.en) : say.unsaved);
}
})();
