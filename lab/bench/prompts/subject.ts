import { UsageError } from '../../../bin/tools/command-line.ts';
import { grouped, textTable } from '../../../bin/tools/text-table.ts';
import { isObject, parsedJson } from '../../../domain/gateway/translation/reading.ts';
import type { DataFolder } from '../../evaluation/data-folder.ts';
import { openDataFolder } from '../../evaluation/page/open-data-folder.ts';
import type { BenchSubject } from '../subject.ts';
import { measurePrompts, type PromptFigures } from './measure-prompts.ts';

/** The public data counts with this model's tokenizer. */
const MODEL = 'gpt-4o';
const QUICK_PROMPTS = 200;

export const PROMPTS: BenchSubject = {
  name: 'prompts',
  summary: [
    'what taking empty words out of real prompts saves, and how long it',
    'takes (a minute)',
  ],
  reads: 'member prompt of each line of .jsonl files',
  options: {},
  async run({ isQuick, folder: path }) {
    if (path === undefined) throw new UsageError('Name a folder with prompts in .jsonl files.');
    const folder = await openDataFolder(path);
    const texts = await promptsIn(folder);
    if (texts.length === 0) throw new UsageError(`${path} has no prompts in .jsonl files.`);
    const figures = measurePrompts(isQuick ? texts.slice(0, QUICK_PROMPTS) : texts, MODEL);
    const isSound = figures.unstable === 0 && figures.damaged === 0;
    return { text: textOf(figures), figures, isSound };
  },
};

/** The distinct prompts of all files that have any. */
async function promptsIn(folder: DataFolder): Promise<string[]> {
  const texts = new Set<string>();
  for (const file of folder.files.filter((name) => /\.jsonl(?:\.gz)?$/.test(name))) {
    for await (const line of folder.lines(file)) {
      const prompt = memberOf(parsedJson(line));
      if (typeof prompt === 'string') texts.add(prompt);
    }
  }
  return [...texts];
}

const memberOf = (row: unknown): unknown => (isObject(row) ? row['prompt'] : undefined);

function textOf(figures: PromptFigures): string {
  const { prompts, touched, tokensBefore, tokensAfter, rules } = figures;
  return [
    `${grouped(prompts)} prompts of ${grouped(tokensBefore)} tokens, as estimated for ${MODEL}`,
    textTable([
      ['', 'prompts', 'tokens saved', 'share'],
      ...rules.map(({ rule, prompts: changed, tokens }) => [
        rule,
        grouped(changed),
        grouped(tokens),
        percent(tokens / tokensBefore),
      ]),
      [
        'all',
        grouped(touched),
        grouped(tokensBefore - tokensAfter),
        percent(1 - tokensAfter / tokensBefore),
      ],
    ]),
    `Changed: ${percent(touched / prompts)} of the prompts. Time: ${figures.msPerThousandTokens.toFixed(2)} ms per 1,000 tokens.`,
    `Changed again by a second pass: ${figures.unstable}. Lost code, a number, an address`,
    `or a quotation: ${figures.damaged}.`,
    'Whether answers stay as good is not measured here: that needs a model.',
  ].join('\n');
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
