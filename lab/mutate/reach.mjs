import { appendFileSync } from 'node:fs';

/* Loaded before everything in the processes of a probe run: notes which mutants are reached. */
const noted = new Set();
globalThis.purserMutantReached = (id) => {
  if (noted.has(id)) return;
  noted.add(id);
  appendFileSync(process.env.PURSER_MUTANTS_REACHED, `${id}\n`);
};
