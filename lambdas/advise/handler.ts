import { adviseOrganizations } from '../../services/advice/give-advice.ts';

type Deps = Parameters<typeof adviseOrganizations>[0] & { now: () => number };

/**
 * Runs every night and computes the advice for every active organization.
 * @throws Error when an organization could not be advised, so that the function's error alarm goes
 *   off; the others are advised
 */
export const createHandler = (deps: Deps) => async (): Promise<void> => {
  const { failed } = await adviseOrganizations(deps, deps.now());
  if (failed > 0) throw new Error(`${failed} organizations got no advice; see the log`);
};
