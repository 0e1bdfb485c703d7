import { buildFunctions } from '../../bin/build.ts';
import { synthesizeLocally } from '../../bin/synth-local.ts';

/** Builds and synthesizes what a local run needs before the tests start. */
export default async function buildOnce(): Promise<void> {
  await buildFunctions();
  await synthesizeLocally();
}
