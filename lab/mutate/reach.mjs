import { appendFileSync } from 'node:fs';

/* Loaded first in a probe run's processes. Records which mutants are reached. */
const noted = new Set();
globalThis.purserMutantReached = (id) => {
  if (noted.has(id)) return;
  noted.add(id);
  appendFileSync(process.env.PURSER_MUTANTS_REACHED, `${id}\n`);
};
