import { appendFileSync } from 'node:fs';

/* Loaded first in a probe run's processes. Records which mutants are reached. */
const noted = new Set();
const file = new URL(import.meta.url).searchParams.get('file');
globalThis.purserMutantReached = (id) => {
  if (noted.has(id)) return;
  noted.add(id);
  appendFileSync(file, `${id}\n`);
};
