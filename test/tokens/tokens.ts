import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { commandLine, runCommand } from '../../bin/tools/command-line.ts';
import { startProgress } from '../../bin/tools/progress.ts';
import { textTable } from '../../bin/tools/text-table.ts';
import { fitTokenizer, rowOf } from './fit-tokenizers.ts';
import { sampleTexts } from './sample-texts.ts';
import { errorsByKind } from './token-errors.ts';
import { countAll, MODEL_OF, TOKENIZER_NAMES, type TokenizerName } from './tokenizers.ts';

const HELP = `Compares token estimates with real tokenizers, by kind of content, on texts that
taught neither weights nor margins.

  npm run tokens -- [options]

  --fit   refits weights and margins first, and writes them to
          domain/tokens/fitted-tokenizers.ts

bias and error are the means of signed and absolute errors in percent of the
true count; sum is the error of all texts together; above is the share of texts
whose true count exceeds the upper count; upper is the mean of upper by true
count, in percent.

Exit code: 0.`;

const FITTED_FILE = join(import.meta.dirname, '../../domain/tokens/fitted-tokenizers.ts');

await runCommand(HELP, async (args) => {
  const { values } = commandLine(args, { fit: { type: 'boolean', default: false } });
  const samples = sampleTexts();
  const progress = startProgress('Counting texts', samples.length);
  const counted = samples.map((sample, index) => {
    progress.update(index, sample.kind);
    return { sample, tokens: countAll(sample.text) };
  });
  progress.stop();

  if (values.fit) {
    const rows = (set: 'fit' | 'margin', names: readonly TokenizerName[]) =>
      counted
        .filter(({ sample }) => sample.set === set)
        .flatMap(({ sample, tokens }) => names.map((name) => rowOf(sample, tokens[name])));
    const fits = Object.fromEntries(
      [
        ...TOKENIZER_NAMES.map((name) => [name, [name]] as const),
        ['any', TOKENIZER_NAMES] as const,
      ].map(([name, names]) => [name, fitTokenizer(rows('fit', names), rows('margin', names))]),
    );
    writeFileSync(FITTED_FILE, await sourceOf(fits));
    console.log(`Written: ${FITTED_FILE}. Run again without --fit for the errors.`);
    return 0;
  }

  for (const name of TOKENIZER_NAMES) {
    for (const model of [MODEL_OF[name], 'unknown']) {
      const texts = counted
        .filter(({ sample }) => sample.set === 'check')
        .map(({ sample, tokens }) => ({ ...sample, tokens: tokens[name] }));
      const lines = [...errorsByKind(texts, model)].map(([kind, errors]) => [
        kind,
        String(errors.texts),
        ...[errors.bias, errors.error, errors.ofSum, errors.above, errors.upper].map((figure) =>
          figure.toFixed(1),
        ),
      ]);
      const as = model === 'unknown' ? ', model not known' : '';
      console.log(
        `\n${name}${as}\n${textTable([['kind', 'texts', 'bias', 'error', 'sum', 'above', 'upper'], ...lines])}`,
      );
    }
  }
  return 0;
});

function sourceOf(fits: Record<string, unknown>): Promise<string> {
  return format(
    `import type { ContentKind } from './content-kind.ts';

    /** Tokenizers that were measured; \`any\` is fitted to all of them at once. */
    export type FittedTokenizer = ${[...TOKENIZER_NAMES, 'any'].map((name) => `'${name}'`).join(' | ')};

    /**
     * Tokens for each \`Feature\`, and the margin by kind of content that covers 99 % of texts.
     * Written by \`npm run tokens -- --fit\`; not to be edited by hand.
     */
    export const FITTED_TOKENIZERS: Readonly<
      Record<FittedTokenizer, { weights: readonly number[]; margins: Readonly<Record<ContentKind, number>> }>
    > = ${JSON.stringify(fits)};`,
    { parser: 'typescript', singleQuote: true, printWidth: 100, trailingComma: 'all' },
  );
}
