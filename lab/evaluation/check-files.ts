import { messageOf } from '../../bin/tools/command-line.ts';
import { type DataFolder, UnreadableDataError } from './data-folder.ts';
import { isClientHoursFile, readClientHours } from './read-client-hours.ts';
import { isGradedFile, readGraded } from './read-graded.ts';
import { isPromptFile, readCountedPrompts } from './read-prompts.ts';
import { isRequestFile, readRequests } from './read-requests.ts';
import {
  isDailyFile,
  isHourlyFile,
  isWindowsFile,
  readDailySeries,
  readHours,
  readWindows,
} from './read-series.ts';

/** A file that cannot be measured, and why. */
export type FileProblem = { file: string; problem: string };

const HEAD_LINES = 200;

/** How many entries a file's first lines have, by the reader that the evaluation uses. */
type Kind = {
  matches: (file: string) => boolean;
  count: (head: DataFolder, file: string) => Promise<number>;
};

const KINDS: readonly Kind[] = [
  {
    matches: isRequestFile,
    count: async (head, file) => (await readRequests(head, file, 'default')).requests.length,
  },
  {
    matches: isClientHoursFile,
    count: async (head, file) => (await readClientHours(head, file)).length,
  },
  { matches: isGradedFile, count: async (head, file) => (await readGraded(head, file)).length },
  {
    matches: isPromptFile,
    count: async (head, file) => (await readCountedPrompts(head, file)).length,
  },
  {
    matches: isDailyFile,
    count: async (head, file) => (await readDailySeries({ folder: head }, file, undefined)).length,
  },
  { matches: isHourlyFile, count: async (head, file) => (await readHours(head, file)).size },
];

/** Reads the first lines of every file that the evaluation knows, and says what is wrong. */
export async function checkFiles(folder: DataFolder): Promise<FileProblem[]> {
  const head = { ...folder, lines: (file: string) => firstLines(folder.lines(file)) };
  const problems: FileProblem[] = [];
  for (const file of folder.files) {
    const problem = await problemOf(async () => {
      if (isWindowsFile(file)) await readWindows(folder, file);
      const kind = KINDS.find(({ matches }) => matches(file));
      if (kind && (await kind.count(head, file)) === 0) {
        throw new UnreadableDataError(`${file} has no usable row in its first ${HEAD_LINES} lines`);
      }
    });
    if (problem !== undefined) problems.push({ file, problem });
  }
  return problems;
}

async function problemOf(check: () => Promise<void>): Promise<string | undefined> {
  try {
    await check();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

async function* firstLines(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let count = 0;
  for await (const line of lines) {
    yield line;
    count += 1;
    if (count === HEAD_LINES) return;
  }
}
