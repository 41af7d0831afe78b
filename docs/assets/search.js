// The worker behind the theme's search dialog. It finds what is typed as it stands, also within
// words: Japanese has no spaces, a name in code has parts, and a symbol is a word of its own.
// The index is that of one language, named behind the # of this script's address, and is loaded
// when the first letter is typed.
"use strict";

// What the dialog and its worker say to each other.
const READY = 1;
const QUERY = 2;
const RESULT = 3;

const LANGUAGE = self.location.hash.slice(1);
const BEFORE = 60; // letters of an excerpt before what was found, and of the whole of it
const EXCERPT = 240;

let loading;

/** The index, loaded once. */
function index() {
  loading ??= fetch(new URL(`../search/${LANGUAGE}.json`, self.location))
    .then((response) => response.json())
    .then((sections) => sections.map(prepared));
  loading.catch(() => (loading = undefined)); // the next letter tries again
  return loading;
}

function prepared(section) {
  const [page, anchor] = section.location.split("#");
  const names = anchor ? [anchor] : [section.menu, page.split("/").at(-2) ?? ""];
  const fields = [section.title, section.text, names.join("\n")].map(folded);
  return { ...section, page, fields };
}

/** A text in small letters, of the width of ASCII, as long as it was. */
function folded(text) {
  const narrow = (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0);
  return text.replace(/[\uff01-\uff5e]/g, narrow).toLowerCase();
}

/** What to look for: each part of the query, one thing for many; of a part that stands nowhere its
 * words, and of a word that stands nowhere the one that it was to be, or else its beginning. */
function terms(query, sections) {
  const stands = (part) => sections.some(({ fields }) => fields.some((f) => f.includes(part)));
  const beginning = (word) => {
    while (word.length > 4 && !stands(word)) word = word.slice(0, -1);
    return word;
  };
  const found = query
    .split(/[\s\u3000"“”「」、。,]+|(?<=\w)[.()]+(?=[a-z_\s]|$)/)
    .filter(Boolean)
    .map((part) => part.replace(/(?<=[a-z]{2}[^\Ws])s$/, "")) // what is left is found within more
    .flatMap((part) => {
      if (stands(part)) return [part];
      const meant = nearest(part, sections);
      const known = (word) => (stands(word) ? word : nearest(word, sections) ?? beginning(word));
      return meant ? [meant] : words(part).map(known);
    });
  return [...new Set(found)];
}

/** The word of the index that a misspelt one was to be: few letters away, and used most. */
function nearest(word, sections) {
  if (word.length < 5 || !/^([a-z_]+|[\u30a1-\u30fc]+)$/.test(word)) return undefined;
  const most = word.length < 8 ? 1 : 2;
  const counts = new Map();
  for (const { fields } of sections) {
    for (const [known] of fields.join("\n").matchAll(/[a-z_]{4,}|[\u30a1-\u30fc]{4,}/g)) {
      if (Math.abs(known.length - word.length) > most) continue;
      counts.set(known, (counts.get(known) ?? 0) + 1);
    }
  }
  const near = [...counts]
    .map(([known, count]) => [known, changes(word, known), count])
    .filter(([, distance]) => distance <= most)
    .sort((a, b) => a[1] - b[1] || b[2] - a[2]);
  return near[0]?.[0];
}

/** How many letters to change, add, drop or swap with the next, from one word to another: the
 * distance of optimal string alignment. */
function changes(word, other) {
  let [before, row] = [[], [...Array(other.length + 1).keys()]];
  for (let i = 1; i <= word.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const same = word[i - 1] === other[j - 1] ? 0 : 1;
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + same);
      if (word[i - 1] === other[j - 2] && word[i - 2] === other[j - 1]) {
        next[j] = Math.min(next[j], before[j - 2] + 1);
      }
    }
    [before, row] = [row, next];
  }
  return row[other.length];
}

/** The words of a text; Japanese without particles and endings, if there are others. */
function words(text) {
  const segments = [...new Intl.Segmenter(LANGUAGE, { granularity: "word" }).segment(text)];
  const all = segments.filter(({ isWordLike }) => isWordLike).map(({ segment }) => segment);
  const meaning = all.filter((word) => !/^[\u3041-\u309f]+$/.test(word));
  return meaning.length ? meaning : all;
}

/** The places of a term in a text. */
function places(term, text) {
  const found = [];
  for (let at = text.indexOf(term); at >= 0; at = text.indexOf(term, at + term.length)) {
    found.push(at);
  }
  return found;
}

/** How well a term fits a text: a place within a word of Latin letters counts little. */
function fit(term, text) {
  const within = (at) => /[a-z0-9]/.test(text[at - 1] ?? "") && /[a-z0-9]/.test(term[0]);
  const sum = places(term, text).reduce((total, at) => total + (within(at) ? 0.1 : 1), 0);
  return Math.log1p(sum);
}

/** How well each section fits a term: its name says more than its title, and that more than its
 * text; the title of a page says more than others, and a rare term more than a common one. */
function fits(term, sections) {
  const id = term.replace(/\s+/g, "-");
  const all = sections.map(({ location, page, fields: [title, text, names] }) => {
    const is = (name) => name === id || name.endsWith(`.${id}`);
    const named = title === term || names.split("\n").some(is) ? 12 : 0;
    const share = Math.min(1, (2 * term.length) / (title.length + 1));
    const titled = named + 8 * share * fit(term, title);
    return (location === page ? 2 : 1) * titled + 2 * fit(id, names) + fit(term, text);
  });
  const rarity = Math.log1p(sections.length / (1 + all.filter(Boolean).length));
  return all.map((value) => rarity * value);
}

/** How well each section fits a query: what holds all of its terms fits better than what holds
 * some, and what holds it as it was typed better still. */
function scores(query, wanted, sections) {
  const each = wanted.map((term) => fits(term, sections));
  const whole = wanted.includes(query) ? [] : fits(query, sections);
  return sections.map((_, i) => {
    const found = each.map((term) => term[i]).filter(Boolean);
    const sum = found.reduce((total, value) => total + value, whole[i] ?? 0);
    return sum * (found.length / wanted.length) ** 4;
  });
}

/** HTML of a text with what was found in it marked. */
function marked(text, marks) {
  const low = folded(text);
  const spans = marks.flatMap((term) => places(term, low).map((at) => [at, at + term.length]));
  let html = "";
  let end = 0;
  for (const [from, to] of spans.sort((a, b) => a[0] - b[0] || b[1] - a[1])) {
    if (from < end) continue;
    html += `${escaped(text.slice(end, from))}<mark>${escaped(text.slice(from, to))}</mark>`;
    end = to;
  }
  return html + escaped(text.slice(end));
}

function escaped(text) {
  return text.replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c]);
}

/** The part of a text in which the query stands, or else the first of its terms. */
function excerpt(text, [query, ...wanted]) {
  const low = folded(text);
  const found = low.includes(query) ? [query] : wanted.filter((term) => low.includes(term));
  const first = Math.min(...found.map((term) => low.indexOf(term)));
  const from = found.length && first > BEFORE ? first - BEFORE : 0;
  const part = text.slice(from, from + EXCERPT);
  return `${from ? "…" : ""}${part}${from + EXCERPT < text.length ? "…" : ""}`;
}

/** The pages that a query finds, the best first, each as its sections, the best first. */
function search(typed, sections) {
  const query = folded(typed.trim());
  const wanted = terms(query, sections);
  const marks = [query, ...wanted];
  const pages = new Map();
  scores(query, wanted, sections).forEach((score, i) => {
    const { page } = sections[i];
    if (score) pages.set(page, [...(pages.get(page) ?? []), shown(sections[i], score, marks)]);
  });
  for (const [page, items] of pages) {
    items.sort((a, b) => b.score - a.score);
    // The dialog wants the page itself in each list.
    if (items.some(({ location }) => location === page)) continue;
    items.push(shown(sections.find(({ location }) => location === page), 0, marks));
  }
  // A page is as good as its best section, and a little better for each other one.
  const worth = ([best, ...rest]) =>
    best.boost * rest.reduce((sum, { score }) => sum + score / 20, best.score);
  return [...pages.values()].sort((a, b) => worth(b) - worth(a));
}

function shown({ location, title, text, boost = 1 }, score, marks) {
  return {
    location,
    boost,
    title: marked(title, marks),
    text: `<p>${marked(excerpt(text, marks), marks)}</p>`,
    score,
    terms: {},
  };
}

addEventListener("message", async ({ data: { type, data: query } }) => {
  if (type !== QUERY) return;
  const items = query.trim() ? search(query, await index().catch(() => [])) : [];
  postMessage({ type: RESULT, data: { items } });
});
postMessage({ type: READY });
