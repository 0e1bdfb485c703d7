import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContentKind } from '../../domain/tokens/content-kind.ts';
import { LANGUAGE_TEXTS } from './language-texts.ts';
import { generatedTexts } from './generated-texts.ts';
import { RIGHTS_TEXTS } from './rights-texts.ts';

/** `fit` texts train weights, `margin` texts set margins, `check` texts measure the result. */
export const SAMPLE_SETS = ['fit', 'margin', 'check'] as const;
export type SampleSet = (typeof SAMPLE_SETS)[number];

/** A text of one kind, or a mix. */
export type SampleText = { kind: ContentKind | 'mixed'; set: SampleSet; text: string };

const ROOT = join(import.meta.dirname, '../..');
const CJK = new Set(['zh', 'zh-TW', 'ja', 'ko']);
const SCRIPTS = new Set(['ru', 'uk', 'bg', 'el', 'ar', 'fa', 'he', 'hi', 'th']);

/** Lengths of the excerpts, in characters. */
const CUTS = [120, 300, 700, 1_500, 4_000];
const CUTS_PER_SET = 200;

/**
 * Texts of every kind: prose written for this project, generated texts, and documentation and code
 * of the installed packages, whose licenses are open. Each package belongs to one set only.
 */
export function sampleTexts(): SampleText[] {
  const samples = [
    ...languageSamples(),
    ...installedSamples('english', ['**/{README,readme,CHANGELOG}.md'], proseOf),
    ...installedSamples('markup', ['**/{README,readme}.md'], tablesOf),
    ...installedSamples('code', ['**/*.{js,mjs,ts,py}'], (text) => text),
    ...installedSamples('json', ['**/*.json'], (text) => text),
    ...SAMPLE_SETS.flatMap(generatedTexts),
  ];
  return [...samples, ...SAMPLE_SETS.flatMap((set) => mixedSamples(samples, set))];
}

/** Sentences of one language, in runs of every length. */
function languageSamples(): SampleText[] {
  const texts = [
    ...Object.entries(LANGUAGE_TEXTS).flatMap(([language, [fit, margin]]) => [
      { language, set: 'fit' as const, text: fit },
      { language, set: 'margin' as const, text: margin },
    ]),
    ...Object.entries(RIGHTS_TEXTS).map(([language, text]) => ({
      language,
      set: 'check' as const,
      text,
    })),
  ];
  return texts.flatMap(({ language, set, text }) => {
    const kind = CJK.has(language) ? 'cjk' : SCRIPTS.has(language) ? 'script' : 'latin';
    const sentences = text.match(/[^.。।]+[.。।]?\s*/gu) ?? [text];
    const runs = sentences.flatMap((_, from) =>
      sentences.slice(from).map((__, more) => sentences.slice(from, from + more + 1).join('')),
    );
    return runs.filter((run) => run.length > 20).map((run) => ({ kind, set, text: run }) as const);
  });
}

function installedSamples(
  kind: ContentKind,
  patterns: string[],
  partOf: (text: string) => string,
): SampleText[] {
  const files = globSync(patterns, {
    cwd: join(ROOT, 'node_modules'),
    exclude: ['*tokenizer*/**', '@anthropic-ai/**', 'tiktoken/**'],
  }).toSorted();
  const samples: Record<SampleSet, SampleText[]> = { fit: [], margin: [], check: [] };
  const step = Math.max(1, Math.floor(files.length / (CUTS_PER_SET * 6)));
  for (let index = 0; index < files.length; index += step) {
    const file = files[index] ?? '';
    const set = SAMPLE_SETS[hashOf(packageOf(file)) % 3] ?? 'fit';
    if (samples[set].length >= CUTS_PER_SET) continue;
    const text = partOf(readFileSync(join(ROOT, 'node_modules', file), 'utf8').slice(0, 60_000));
    const length = CUTS[index % CUTS.length] ?? 300;
    const from = Math.floor((text.length - length) * ((index % 7) / 7));
    const cut = text.slice(Math.max(0, from), Math.max(0, from) + length);
    if (cut.trim().length > 80) samples[set].push({ kind, set, text: cut });
  }
  return [...samples.fit, ...samples.margin, ...samples.check];
}

/** A document's paragraphs, without code, lists, tables and markup. */
const proseOf = (text: string): string =>
  text
    .replaceAll(/```[\s\S]*?```/g, '')
    .split(/\n{2,}/)
    .filter((block) => /^[A-Z][a-z]/.test(block) && !/[|<>]|https?:/.test(block))
    .join('\n\n');

/** Lines of tables and lists. */
const tablesOf = (text: string): string =>
  text
    .split('\n')
    .filter((line) => /^\s*(?:\||[-*] |\d+\. |#)/.test(line))
    .join('\n');

/** An English instruction above data of two other kinds, like real requests. */
function mixedSamples(samples: readonly SampleText[], set: SampleSet): SampleText[] {
  const own = samples.filter((sample) => sample.set === set && sample.text.length > 250);
  const english = own.filter(({ kind }) => kind === 'english');
  return english.map(({ text }, index) => {
    const data = own[(index * 37) % own.length]?.text ?? '';
    const more = own[(index * 101 + 13) % own.length]?.text ?? '';
    return { kind: 'mixed', set, text: `${text}\n\n${data}\n\n${more}` };
  });
}

const packageOf = (file: string): string =>
  file
    .split('/')
    .slice(0, file.startsWith('@') ? 2 : 1)
    .join('/') +
  // A package as large as the rest together is split by folder.
  (file.startsWith('aws-cdk-lib/') ? (file.split('/')[1] ?? '') : '');

export function hashOf(text: string): number {
  let hash = 2_166_136_261;
  for (const character of text) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16_777_619) >>> 0;
  }
  return (hash ^ (hash >>> 15)) >>> 0;
}
