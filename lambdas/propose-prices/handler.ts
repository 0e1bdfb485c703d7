import { type ProposePricesDeps, proposePrices } from '../../services/catalog/propose-prices.ts';

type Deps = ProposePricesDeps & { now: () => number };

/**
 * Compares the rate cards of every active organization with AWS's price list, every night.
 * @throws Error if the list could not be read or an organization failed, which triggers the
 *   function's error alarm. The retry keeps what is done and sends no alert twice
 */
export const createHandler = (deps: Deps) => async (): Promise<void> => {
  const { failed } = await proposePrices(deps, deps.now());
  if (failed > 0) throw new Error(`the prices of ${failed} organizations failed; see the log`);
};
