import { adviseOrganizations } from '../../services/advice/give-advice.ts';

type Deps = Parameters<typeof adviseOrganizations>[0] & { now: () => number };

/**
 * Computes advice for every active organization, every night.
 * @throws Error if any organization failed, so that the function's error alarm goes off; the others
 *   still get advice
 */
export const createHandler = (deps: Deps) => async (): Promise<void> => {
  const { failed } = await adviseOrganizations(deps, deps.now());
  if (failed > 0) throw new Error(`${failed} organizations got no advice; see the log`);
};
