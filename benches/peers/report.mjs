// Writes what was measured into docs/PERFORMANCE.md, between the markers of each table; the text around them is for
// people to write.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { kept, keptMachine } from './measurement.mjs';
import { IS_QUICK, RESULTS, ROOT } from './places.mjs';
import { ROWS, linesOf } from './rows.mjs';
import { SERVERS } from './servers.mjs';

const DOCS = join(ROOT, 'docs/PERFORMANCE.md');
const COMPARED_WITH = 'bun';

/** A short run goes into a copy. */
export function report() {
  const machine = keptMachine();
  let text = readFileSync(DOCS, 'utf8');
  const facts = IS_QUICK ? [['**a short run**', '**not to be quoted**'], ...machine] : machine;
  text = between(text, 'machine', table(['', ''], facts));
  text = between(text, 'servers', servers());
  for (const row of ROWS) {
    const shown = tableOf(row);
    if (shown) text = between(text, row.name, shown);
  }
  const path = IS_QUICK ? join(RESULTS, 'PERFORMANCE.md') : DOCS;
  writeFileSync(path, text);
  return path;
}

function between(text, name, inserted) {
  const [begin, end] = [`<!-- bench: ${name} -->`, `<!-- end: ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/PERFORMANCE.md has no place for ${name}`);
  return `${text.slice(0, from + begin.length)}\n\n${inserted}\n\n${text.slice(to)}`;
}

function servers() {
  const lines = SERVERS.map(({ title, durable, acked, authenticated }) => [title, durable, acked, authenticated]);
  return table(['server', 'durable', 'acked', 'authenticated'], lines);
}

/** None for a row that was not measured. */
function tableOf(row) {
  const all = linesOf(row, SERVERS).map((line) => ({ line, results: kept(row, line) }));
  const measured = all.filter(({ results }) => results.length > 0);
  if (measured.length === 0) return undefined;
  const [mainTitle, mainKey, mainShown] = row.main;
  const mainOf = (result) => result.figures[mainKey];
  const best = measured.map(({ line, results }) => ({ line, results, ...medianOf(results, mainOf) }));
  const base = best.find(({ line }) => line.name === COMPARED_WITH)?.median;
  const lines = best.map(({ line, median, least, most, failure }) => {
    const begin = row.lines ? [line.title] : [line.title, line.durable];
    if (!median) return [...begin, `failed: ${failure}`];
    const spread = least === most ? '' : ` (${mainShown(least)} to ${mainShown(most)})`;
    const ratio = base ? [(mainOf(median) / mainOf(base)).toFixed(2)] : row.only ? [] : ['–'];
    const figure = ([, key, shown]) => (median.figures[key] === undefined ? '–' : shown(median.figures[key]));
    return [...begin, mainShown(mainOf(median)) + spread, ...ratio, ...row.columns.map(figure)];
  });
  const begin = row.lines ? [row.lines.title] : ['server', 'durable'];
  const ratioTitle = row.only ? [] : ['times Bun'];
  const titles = [...begin, mainTitle, ...ratioTitle, ...row.columns.map(([title]) => title)];
  return [table(titles, lines), notes(best), commands(measured)].filter(Boolean).join('\n\n');
}

/** The figures of a line belong together: they are those of the repetition with the median of the main figure. */
function medianOf(results, mainOf) {
  const fine = results.filter(({ failure }) => !failure).sort((a, b) => mainOf(a) - mainOf(b));
  const failure = results.find(({ failure }) => failure)?.failure;
  if (fine.length === 0) return { failure };
  return { median: fine[Math.floor(fine.length / 2)], least: mainOf(fine[0]), most: mainOf(fine.at(-1)), failure };
}

/** What is to be known of single lines. */
function notes(best) {
  const texts = best.flatMap(({ line, results, median, failure }) => {
    const failed = results.filter((result) => result.failure).length;
    const isSet = ([key, value]) => key.endsWith('generator_is_bottleneck') && value;
    const isLate = Object.entries(median?.figures ?? {}).some(isSet);
    return [
      ...(median && failure ? [`- ${line.title}: ${failed} of ${results.length} runs failed: ${failure}.`] : []),
      ...(isLate ? [`- ${line.title}: messages went out late, since the load did not get enough of the processor.`] : []),
    ];
  });
  return texts.join('\n');
}

function commands(measured) {
  const lines = measured.flatMap(({ results }) => results[0].commands);
  return `<details><summary>Commands</summary>\n\n\`\`\`sh\n${lines.join('\n')}\n\`\`\`\n\n</details>`;
}

function table(titles, lines) {
  const row = (cells) => `| ${titles.map((_, n) => String(cells[n] ?? '').replaceAll('|', '\\|')).join(' | ')} |`;
  return [row(titles), `|${'---|'.repeat(titles.length)}`, ...lines.map(row)].join('\n');
}
