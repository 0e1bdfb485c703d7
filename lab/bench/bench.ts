import { writeFile } from 'node:fs/promises';
import { commandLine, runCommand, UsageError } from '../../bin/tools/command-line.ts';
import { historyFile, historyText, keepRun, runsOf } from './history.ts';
import { type BenchSubject, figuresJson, numbersOf } from './subject.ts';
import { SUBJECTS } from './subjects.ts';

const HELP = `npm run bench -- [SUBJECT] [FOLDER] [options]

Measures one subject on this machine. Milliseconds depend on the machine:
compare ratios and counts, or two runs that took turns.

${SUBJECTS.map(helpOf).join('\n')}

Options for every subject:
  --quick      measures less, for a first impression
  --json FILE  writes the figures as JSON
  --history    measures nothing, and says which figures changed for good over
               the runs so far; each run adds itself (.purser/bench/)

Without a SUBJECT it measures ${SUBJECTS[0].name}. The exit code is 1 when a law is
broken or a time limit of controls is missed.`;

await runCommand(HELP, async (args) => {
  const names = SUBJECTS.flatMap(({ options }) => Object.keys(options));
  const { values, positionals } = commandLine(args, {
    ...Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    history: { type: 'boolean', default: false },
  });
  const subject = subjectOf(positionals);
  const [, folder] = positionals;
  const { quick: isQuick, json: file, history: asksForHistory, ...numberOptions } = values;
  const numbers = numbersOf(subject, isQuick, numberOptions);
  if (asksForHistory) {
    console.log(historyText(subject.name, await runsOf(subject.name, { isQuick, numbers })));
    console.log(`\n${historyFile(subject.name)}`);
    return 0;
  }
  const { text, figures, isSound } = await subject.run({ isQuick, numbers, folder });
  console.log(text);
  await keepRun(subject.name, { at: new Date(), isQuick, numbers, figures });
  if (file !== undefined) await writeFile(file, figuresJson(figures));
  return isSound ? 0 : 1;
});

function subjectOf([name = SUBJECTS[0].name, ...more]: string[]): BenchSubject {
  const subject = SUBJECTS.find((each) => each.name === name);
  if (!subject || more.length > (subject.reads === undefined ? 0 : 1)) {
    const all = SUBJECTS.map((each) => each.name).join(', ');
    throw new UsageError(`Choose one subject of ${all}, not "${[name, ...more].join(' ')}".`);
  }
  return subject;
}

function helpOf({ name, summary, options, reads }: BenchSubject): string {
  const lines = summary.map((line, at) => `  ${(at === 0 ? name : '').padEnd(11)}${line}`);
  const optionLines = Object.entries(options).map(
    ([option, { summary: says, min, max, full }]) =>
      `${' '.repeat(13)}--${option} N  ${says}, ${min} to ${max} (${full})`,
  );
  const folder = reads === undefined ? [] : [`${' '.repeat(13)}FOLDER  ${reads}`];
  return [...lines, ...folder, ...optionLines].join('\n');
}
