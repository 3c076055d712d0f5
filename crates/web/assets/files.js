// Attachments: dropped, pasted, chosen or photographed; each with its progress, one after the other.
'use strict';
(() => {
const { $, $$, on, say, make } = window.Countersign;
const forms = () => $$('form[data-attach]');
let waiting = Promise.resolve(), nth = 0;

function refuse(form, file) {
  const end = file.name.split('.').pop().toLowerCase();
  if (!form.dataset.kinds.split(' ').includes(end)) return say.kind.replace('{}', form.dataset.kinds.toUpperCase());
  if (file.size > +form.dataset.most) return say.large.replace('{}', form.dataset.most >> 20);
  return file.size ? '' : say.void;
}
function row(form, file) {
  const li = make('li', { className: 'sending' }), bar = make('progress', { max: 1, value: 0 }), words = make('small', { role: 'status' });
  const name = make('span', { textContent: file.name });
  bar.setAttribute('aria-label', file.name);
  li.append(name, bar, words);
  $('ul', form.parentElement).append(li);
  return { li, bar, words };
}
function send(form, file, shown) {
  return new Promise(done => {
    const data = new FormData(form), request = new XMLHttpRequest();
    data.delete('file');
    // Each file is an act of its own: the same key again only where the same file is sent again.
    file.nth ??= ++nth;
    data.set('_key', data.get('_key').slice(0, 56) + '-' + file.nth);
    data.append('file', file, file.name);
    const failed = text => {
      shown.li.classList.add('bad');
      shown.words.textContent = text;
      if (!request.status) shown.li.append(make('button', { type: 'button', className: 'button tiny', textContent: say.again, onclick: e => { e.target.remove(); shown.li.classList.remove('bad'); queue(form, file, shown); } }));
      done(false);
    };
    request.upload.onprogress = e => { shown.bar.value = e.loaded / e.total; shown.words.textContent = Math.round(100 * e.loaded / e.total) + '%'; };
    request.onload = () => {
      if (request.status < 300) return done(true);
      const refusal = (() => { try { return JSON.parse(request.responseText).refusal; } catch { return null; } })();
      failed(refusal ? (document.documentElement.lang.startsWith('zh') ? refusal.zh : refusal.en) : request.status === 413 ? say.large.replace('{}', form.dataset.most >> 20) : say.failed);
    };
    request.onerror = request.ontimeout = () => failed(say.lost);
    request.open('POST', form.action);
    request.setRequestHeader('X-Fragment', 'attachments');
    request.send(data);
  });
}
function queue(form, file, shown) { waiting = waiting.then(() => send(form, file, shown)).then(good => good && renew(shown)); }
async function renew(shown) {
  const text = await fetch(location.href).then(r => r.ok ? r.text() : '', () => '');
  const page = new DOMParser().parseFromString(text, 'text/html'), list = $('#attachments', page)?.closest('section'), here = $('#attachments')?.closest('section');
  shown.li.remove();
  if (!list || !here) return;
  const sending = $$('.sending', here);
  $('ul', here).replaceChildren(...$('ul', list).children, ...sending);
  $('header .mute', here).textContent = $('header .mute', list).textContent;
}
function take(form, files) {
  for (const file of files) {
    const shown = row(form, file), why = refuse(form, file);
    if (why) { shown.li.classList.add('bad'); shown.words.textContent = why; shown.bar.remove(); } else queue(form, file, shown);
  }
}
on('change', e => {
  const form = e.target.closest('form[data-attach]');
  if (!form || e.target.type !== 'file') return;
  take(form, [...e.target.files]);
  e.target.value = '';
});
// A whole slip page takes what is dropped on it.
addEventListener('dragover', e => { const form = forms()[0]; if (form && e.dataTransfer.types.includes('Files')) { e.preventDefault(); form.closest('section').classList.add('drop'); } });
addEventListener('dragleave', e => { if (!e.relatedTarget) for (const one of $$('.drop')) one.classList.remove('drop'); });
addEventListener('drop', e => {
  const form = forms()[0];
  for (const one of $$('.drop')) one.classList.remove('drop');
  if (!form || !e.dataTransfer.files.length) return;
  e.preventDefault();
  take(form, [...e.dataTransfer.files]);
  form.scrollIntoView({ block: 'nearest' });
});
addEventListener('paste', e => {
  const form = forms()[0], files = [...e.clipboardData.files];
  if (!form || !files.length) return;
  e.preventDefault();
  // A picture from the clipboard is called image.png by every browser; the time tells one from the other.
  const at = new Date().toLocaleString('sv').replace(/[-: ]/g, '');
  take(form, files.map(file => file.name === 'image.png' ? new File([file], `${say.picture}-${at}.png`, { type: file.type }) : file));
  form.scrollIntoView({ block: 'nearest' });
});
})();
