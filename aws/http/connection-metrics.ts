import type { Telemetry } from '../../contracts/telemetry.ts';
import type { ConnectionUse } from './exchange.ts';

/** Measures how connections to providers are used. The names of own providers stay out of it. */
export const connectionMetrics =
  ({ metric }: Pick<Telemetry, 'metric'>, provider: 'bedrock' | 'own') =>
  ({ isReused, busy, waiting }: ConnectionUse): void => {
    const dimensions = { Provider: provider };
    metric('ProviderConnectionsOpened', isReused ? 0 : 1, dimensions);
    metric('ProviderConnectionsBusy', busy, dimensions);
    metric('ProviderCallsWaiting', waiting, dimensions);
  };
