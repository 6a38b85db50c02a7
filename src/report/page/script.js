'use strict';
// Nothing here is needed to read the page: it sorts tables, chooses between charts, tells what is under a pointer and looks
// closer at timelines. Text goes in as text, never as markup.
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const make = (name, classes, text) => {
    const element = document.createElement(name);
    if (classes) element.className = classes;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const draw = (name, attributes) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };

  // Lengths of time, as the rest of the page writes them.
  const UNITS = [[31536000, 'y', 63072000], [86400, 'd', 172800], [3600, 'h', 7200], [60, 'min', 120], [1, 's', 1], [0.001, 'ms', 0]];
  const length = (seconds) => {
    if (seconds === 0) return '0 s';
    const [size, unit] = UNITS.find(([, , from]) => seconds >= from);
    const value = seconds / size;
    return `${value < 9.95 ? value.toFixed(1) : Math.round(value).toLocaleString('en')} ${unit}`;
  };
  const two = (number) => String(number).padStart(2, '0');
  const instant = (seconds, step = 0.001) => {
    const whole = Math.floor(seconds + 1e-9);
    const [day, hour, minute, second] = [Math.floor(whole / 86400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60, whole % 60];
    if (step >= 86400) return `day ${day.toLocaleString('en')}`;
    const time = `${two(hour)}:${two(minute)}`;
    if (step >= 60) return `day ${day.toLocaleString('en')}, ${time}`;
    const rest = seconds - whole;
    const parts = step >= 1 ? '' : rest.toFixed(step >= 0.001 ? 3 : 6).slice(1);
    return `day ${day.toLocaleString('en')}, ${time}:${two(second)}${parts}`;
  };
  const percent = (part) =>
    part <= 0 ? '0 %' : part < 0.001 ? '< 0.1 %' : part < 0.0995 ? `${(part * 100).toFixed(1)} %` : `${Math.round(part * 100)} %`;

  // Tips: what is under the pointer, or what the arrow keys have come to.
  const tip = document.querySelector('.tip');
  let hot = null;
  // What it is about: a mark, or a chart that tells of each place in it.
  let about = null;
  let keyed = false;
  const hide = () => {
    tip.hidden = true;
    if (hot) hot.classList.remove('hot');
    hot = about = null;
    keyed = false;
  };
  const show = (text, x, y, mark, of) => {
    if (hot && hot !== mark) hot.classList.remove('hot');
    hot = mark || null;
    about = mark || of || null;
    if (hot) hot.classList.add('hot');
    if (tip.textContent !== text) tip.textContent = text;
    tip.hidden = false;
    const { width, height } = tip.getBoundingClientRect();
    const left = x + 14 + width > innerWidth ? x - 14 - width : x + 14;
    tip.style.left = `${Math.max(4, Math.min(left, innerWidth - width - 4))}px`;
    tip.style.top = `${y - height - 12 < 4 ? Math.min(y + 18, innerHeight - height - 4) : y - height - 12}px`;
  };
  const showAt = (mark) => {
    const box = mark.getBoundingClientRect();
    show(mark.dataset.tip, Math.min(box.left + box.width / 2, box.left + 300), box.top + box.height / 2, mark);
    keyed = true;
  };
  // What the keys have come to stays until the pointer really moves.
  let pointer = [0, 0];
  document.addEventListener('pointermove', (event) => {
    const now = [event.clientX, event.clientY];
    const rests = now[0] === pointer[0] && now[1] === pointer[1];
    pointer = now;
    if (keyed && rests) return;
    const mark = event.target.closest && event.target.closest('[data-tip]');
    if (mark) show(mark.dataset.tip, event.clientX, event.clientY, mark);
    else if (!event.target.closest || !event.target.closest('.chart[data-tells]')) hide();
  });
  // A scroll is told of after it: the pointer may rest by then on what it tells about.
  document.addEventListener('scroll', () => {
    const under = document.elementFromPoint(...pointer);
    if (keyed && hot) showAt(hot);
    else if (!about || !about.contains(under)) hide();
  }, { passive: true });

  // Steps through the marks of a chart.
  const step = (chart, by) => {
    const marks = all('[data-tip]', chart);
    if (!marks.length) return;
    const at = marks.indexOf(hot);
    const next = marks[at < 0 ? (by > 0 ? 0 : marks.length - 1) : Math.max(0, Math.min(marks.length - 1, at + by))];
    next.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    showAt(next);
  };
  for (const chart of all('.chart')) {
    chart.addEventListener('blur', hide);
    chart.addEventListener('keydown', (event) => {
      const by = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (event.key === 'Escape') hide();
      else if (by && !event.defaultPrevented && chart.querySelector('[data-tip]')) {
        event.preventDefault();
        step(chart, by);
      }
    });
  }

  // Tables.
  for (const table of all('table')) {
    const heads = all('thead th', table);
    const body = table.tBodies[0];
    // On a narrow screen a row is a card, and each figure in it says what it is; it stays a table for who listens to it.
    for (const row of body.rows) [...row.cells].forEach((cell, column) => { if (column) cell.dataset.head = heads[column].textContent; });
    const parts = { rowgroup: 'thead, tbody', row: 'tr', columnheader: 'thead th', rowheader: 'tbody th', cell: 'td' };
    for (const [role, selector] of Object.entries(parts)) all(selector, table).forEach((part) => part.setAttribute('role', role));
    table.setAttribute('role', 'table');
    table.classList.add('cards');
    if (body.rows.length < 2) continue;
    const order = [...body.rows];
    heads.forEach((head, column) => {
      const button = make('button', '', head.textContent);
      button.type = 'button';
      head.replaceChildren(button);
      head.setAttribute('aria-sort', 'none');
      button.addEventListener('click', () => {
        const isFigure = head.classList.contains('figure');
        const before = head.getAttribute('aria-sort');
        // Words begin with a, figures with the most; the third time restores the order.
        const [first, second] = isFigure ? ['descending', 'ascending'] : ['ascending', 'descending'];
        const sort = before === 'none' ? first : before === first ? second : 'none';
        heads.forEach((other) => other.setAttribute('aria-sort', 'none'));
        head.setAttribute('aria-sort', sort);
        const sign = sort === 'descending' ? -1 : 1;
        const key = (row) => row.cells[column].dataset.key;
        const rows = sort === 'none' ? order : [...order].sort((a, b) => {
          const [x, y] = [key(a), key(b)];
          const both = x !== undefined && y !== undefined;
          const [s, t] = [a, b].map((row) => row.cells[column].textContent);
          return sign * (both ? Number(x) - Number(y) : s.localeCompare(t, 'en', { numeric: true }));
        });
        body.append(...rows);
      });
    });
  }

  // One of several panels; the same choice everywhere.
  const choices = all('.choice').filter((choice) => choice.children.length > 1);
  const choose = (group, word) => {
    hide();
    for (const choice of choices.filter((other) => other.dataset.choice === group)) {
      const panels = [...choice.querySelectorAll(':scope > .panel')];
      if (!panels.some((panel) => panel.dataset.word === word)) continue;
      for (const panel of panels) panel.hidden = panel.dataset.word !== word;
      for (const input of all(':scope > .tabs input', choice)) input.checked = input.value === word;
    }
  };
  choices.forEach((choice, number) => {
    const tabs = make('fieldset', 'tabs');
    tabs.append(make('legend', 'unseen', choice.dataset.what));
    const panels = [...choice.children];
    panels.forEach((panel) => {
      panel.dataset.word = `${panel.dataset.place} ${panel.querySelector('.of').textContent}`;
      const label = make('label');
      const input = make('input');
      input.type = 'radio';
      input.name = `choice-${number}`;
      input.value = panel.dataset.word;
      input.addEventListener('change', () => choose(choice.dataset.choice, input.value));
      const name = make('bdi', '', panel.querySelector('.of').textContent);
      if (name.textContent.length > 28) name.title = name.textContent;
      label.append(input, name);
      tabs.append(label);
    });
    choice.classList.add('tabbed');
    choice.prepend(tabs);
    choose(choice.dataset.choice, panels[0].dataset.word);
  });

  // The chance of more than a length of time.
  for (const reader of all('.reader')) {
    const [curves, axis] = [data.curves[reader.dataset.panel], data.axes[reader.dataset.panel]];
    const chart = reader.closest('figure').querySelector('.chart');
    const svg = chart.querySelector('svg');
    const slider = Object.assign(make('input'), { type: 'range', min: 0, max: 1000, step: 1 });
    const output = make('output');
    const label = make('label');
    const list = make('ul');
    const cross = draw('path', { class: 'cross' });
    label.append(make('span', '', 'Down for longer than'), slider, output);
    reader.append(label, list);
    svg.append(cross);
    const ratio = axis.to / axis.from;
    const read = () => {
      const part = slider.value / 1000;
      const seconds = axis.from * ratio ** part;
      output.textContent = length(seconds);
      slider.setAttribute('aria-valuetext', length(seconds));
      const x = axis.left + part * (axis.right - axis.left);
      cross.setAttribute('d', `M${x.toFixed(1)} ${axis.top}V${axis.bottom}`);
      list.replaceChildren(...curves.map(([place, points]) => {
        // The points say what is not exceeded: the last that is not longer decides.
        const within = points.filter(([, length]) => length <= seconds);
        const item = make('li');
        item.append(make('bdi', '', data.strategies[place]), `: ${percent(within.length ? Math.min(...within.map(([more]) => more)) : 1)}`);
        return item;
      }));
    };
    slider.addEventListener('input', read);
    chart.addEventListener('pointermove', (event) => {
      const box = svg.getBoundingClientRect();
      const x = (event.clientX - box.left) / box.width * svg.viewBox.baseVal.width;
      if (x < axis.left || x > axis.right) return;
      slider.value = Math.round((x - axis.left) / (axis.right - axis.left) * 1000);
      read();
    });
    slider.value = Math.max(0, Math.min(1000, Math.round(Math.log(3600 / axis.from) / Math.log(ratio) * 1000)));
    read();
  }

  // What was left of the datacenter at an instant.
  for (const holder of all('.pieces')) {
    const pieces = data.pieces[holder.dataset.pieces];
    const chart = holder.closest('figure').querySelector('.chart');
    const svg = chart.querySelector('svg');
    const cross = draw('path', { class: 'cross' });
    chart.dataset.tells = '';
    svg.append(cross);
    const count = pieces.rows[0][1].length;
    let at = 0;
    const tell = (piece, x, y) => {
      at = Math.max(0, Math.min(count - 1, piece));
      const place = pieces.left + (at + 0.5) / count * (pieces.right - pieces.left);
      cross.setAttribute('d', `M${place.toFixed(1)} 20V${svg.viewBox.baseVal.height - 44}`);
      const times = [at, at + 1].map((piece) => instant(piece / count * pieces.horizon_s, 3600));
      const rows = pieces.rows.map(([head, worst, usual]) => `${head}: ${worst[at]}, typical ${usual[at]}`);
      const box = svg.getBoundingClientRect();
      const text = [`${times[0]} to ${times[1]}`, ...rows].join('\n');
      show(text, x ?? box.left + place / svg.viewBox.baseVal.width * box.width, y ?? box.top + 60, null, chart);
    };
    chart.addEventListener('pointermove', (event) => {
      const box = svg.getBoundingClientRect();
      const x = (event.clientX - box.left) / box.width * svg.viewBox.baseVal.width;
      if (x < pieces.left || x > pieces.right) hide();
      else tell(Math.floor((x - pieces.left) / (pieces.right - pieces.left) * count), event.clientX, event.clientY);
    });
    chart.addEventListener('pointerleave', () => { cross.removeAttribute('d'); hide(); });
    chart.addEventListener('keydown', (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1, PageDown: 20, PageUp: -20 }[event.key];
      if (!by) return;
      event.preventDefault();
      tell(at + by);
    });
  }

  // Timelines.
  const STEPS = [0.001, 0.01, 0.1, 1, 5, 15, 60, 300, 900, 3600, 10800, 21600, 43200, 86400, 172800, 432000, 864000, 2592000, 8640000, 31536000, 315360000];
  for (const bar of all('.zoom')) {
    const picture = data.lanes[bar.dataset.lanes];
    const figure = bar.closest('figure');
    const chart = figure.querySelector('.chart');
    const svg = chart.querySelector('svg');
    if (!picture || !picture.lanes.length) continue;
    const [boxes, clock] = [svg.querySelector('.boxes'), svg.querySelector('.clock')];
    const { left, right, horizon_s: horizon } = picture;
    const closest = Math.min(1, horizon);
    let [from, until] = [0, horizon];
    const place = (seconds) => left + (seconds - from) / (until - from) * (right - left);
    const output = make('output');
    const tell = (lane, [start, lasts, look, word, extent]) => {
      const { word: condition, told } = data.looks[look];
      const why = data.words[word] ? ` (${data.words[word]})` : '';
      const many = lane.of > 1 ? `: up to ${extent} of ${lane.of} instances` : condition === 'degraded' && extent ? `: ${(extent / 1e7).toFixed(0)} % lost` : '';
      return `${lane.name}\n${told}${why}${many}\n${instant(start)} for ${length(lasts)}`;
    };
    const box = (lane, spell) => {
      const [start, lasts, look, , extent] = spell;
      let { top, height } = data.looks[look];
      if (lane.of > 1) {
        const levels = (count) => Math.floor(Math.log2(Math.max(1, count))) + 1;
        height = Math.max(0.15, Math.min(1, levels(extent) / levels(lane.of)));
        top = 1 - height;
      }
      const x = Math.max(left, place(start));
      const width = Math.max(1.4, Math.min(right, place(start + lasts)) - x);
      return draw('rect', {
        class: `box ${data.looks[look].word}`, x: Math.min(x, right - 1.4).toFixed(2), y: (lane.y + top * picture.bar).toFixed(2),
        width: width.toFixed(2), height: (height * picture.bar).toFixed(2), 'data-tip': tell(lane, spell),
      });
    };
    const redraw = () => {
      hide();
      const seen = ([start, lasts]) => start + lasts >= from && start <= until;
      boxes.replaceChildren(...picture.lanes.flatMap((lane) => lane.spells.filter(seen).map((spell) => box(lane, spell))));
      const wanted = (until - from) / 6;
      const by = STEPS.find((size) => size >= wanted) || STEPS[STEPS.length - 1];
      const grid = draw('g', { class: 'grid' });
      for (let at = Math.ceil(from / by) * by; at <= until; at += by) {
        const x = place(at).toFixed(1);
        grid.append(draw('path', { d: `M${x} 6V${picture.bottom}` }));
        const label = draw('text', { class: 'tick', x, y: picture.bottom + 17, 'text-anchor': 'middle' });
        label.textContent = instant(at, by);
        grid.append(label);
      }
      clock.replaceChildren(grid);
      output.textContent = `${instant(from, Math.min(3600, by))} to ${instant(until, Math.min(3600, by))}`;
    };
    const look = (start, end) => {
      const span = Math.max(closest, Math.min(horizon, end - start));
      from = Math.max(0, Math.min(horizon - span, start));
      until = from + span;
      redraw();
    };
    const zoom = (factor, around = (from + until) / 2) => look(around - (around - from) * factor, around + (until - around) * factor);
    const pan = (part) => look(from + (until - from) * part, until + (until - from) * part);
    const button = (text, label, act) => {
      const element = make('button', '', text);
      element.type = 'button';
      element.setAttribute('aria-label', label);
      element.addEventListener('click', act);
      return element;
    };
    bar.append(
      button('+', 'look closer', () => zoom(0.5)), button('−', 'look from further away', () => zoom(2)),
      button('◂', 'earlier', () => pan(-0.25)), button('▸', 'later', () => pan(0.25)),
      button('all', 'the whole of the time', () => look(0, horizon)), output,
    );
    chart.before(bar);
    chart.addEventListener('keydown', (event) => {
      const act = {
        '+': () => zoom(0.5), '=': () => zoom(0.5), '-': () => zoom(2), ArrowLeft: () => pan(-0.1), ArrowRight: () => pan(0.1),
        Home: () => look(0, until - from), End: () => look(horizon - (until - from), horizon), 0: () => look(0, horizon),
      }[event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      act();
    }, true);
    const seconds = (event) => {
      const size = svg.getBoundingClientRect();
      const x = (event.clientX - size.left) / size.width * svg.viewBox.baseVal.width;
      return from + (Math.max(left, Math.min(right, x)) - left) / (right - left) * (until - from);
    };
    chart.addEventListener('wheel', (event) => {
      // A wheel alone scrolls the page, as everywhere.
      if (!event.ctrlKey && !event.shiftKey) return;
      event.preventDefault();
      if (event.ctrlKey) zoom(event.deltaY > 0 ? 1.25 : 0.8, seconds(event));
      else pan(Math.sign(event.deltaY || event.deltaX) * 0.1);
    }, { passive: false });
    let began = null;
    const brush = draw('rect', { class: 'brush', y: 6, height: picture.bottom - 6, width: 0 });
    svg.append(brush);
    chart.addEventListener('pointerdown', (event) => {
      if (event.pointerType === 'mouse' && event.button === 0) began = seconds(event);
    });
    const stretch = (event) => [began, seconds(event)].sort((a, b) => a - b);
    addEventListener('pointermove', (event) => {
      if (began === null) return;
      const [start, end] = stretch(event).map(place);
      brush.setAttribute('x', start.toFixed(1));
      brush.setAttribute('width', (end - start).toFixed(1));
    });
    addEventListener('pointerup', (event) => {
      if (began === null) return;
      const [start, end] = stretch(event);
      brush.setAttribute('width', 0);
      began = null;
      if (place(end) - place(start) > 5) look(start, end);
    });
    chart.addEventListener('dblclick', () => look(0, horizon));
    redraw();
  }

  // Where one is on the page.
  const links = all('.contents a');
  const sections = links.map((link) => document.querySelector(link.getAttribute('href')));
  const mark = () => {
    const passed = sections.findLastIndex((section) => section.getBoundingClientRect().top < innerHeight * 0.3);
    links.forEach((link, number) => {
      if (number === passed) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    });
  };
  document.addEventListener('scroll', mark, { passive: true });
  mark();

  // On paper nothing is folded up.
  addEventListener('beforeprint', () => all('details').forEach((details) => { details.open = true; }));
})();
